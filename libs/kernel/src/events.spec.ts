import { z } from 'zod';
import { defineEvents, isPersonal, personal } from './events.ts';

test('A declaration gives constructors, versions and the personal fields', () => {
  const events = defineEvents(
    { NoteTaken: { text: personal(z.string()), size: z.int() } },
    { NoteTaken: { 1: (old: Record<string, unknown>) => old } },
  );
  expect(events.NoteTaken.type).toBe('NoteTaken');
  expect(events.NoteTaken.version).toBe(2);
  expect(isPersonal(events.NoteTaken.fields.text)).toBe(true);
  expect(isPersonal(events.NoteTaken.fields.size)).toBe(false);
});

test('Upcasts with a gap are refused when the program starts', () => {
  expect(() =>
    defineEvents(
      { NoteTaken: { size: z.int() } },
      { NoteTaken: { 2: (old: Record<string, unknown>) => old } },
    ),
  ).toThrow('NoteTaken has no upcast from version 1.');
});

test('A personal field that names a subject which is not there is refused', () => {
  expect(() => defineEvents({ NoteTaken: { text: personal(z.string(), 'contactId') } })).toThrow(
    'NoteTaken has no field contactId to name a person.',
  );
});
