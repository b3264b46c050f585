import { z } from 'zod';
import { defineEvents, personal } from './events.ts';
import { id, type PersonId } from './ids.ts';
import { jsonSchemaOf } from './json-schema.ts';

const { LetterSent } = defineEvents(
  {
    LetterSent: {
      pages: z.int().positive(),
      kind: z.enum(['formal', 'friendly']).default('formal'),
      copy: z.boolean().optional(),
      receiverId: id<PersonId>(),
      title: personal(z.string().trim().min(1).max(80)),
      greeting: personal(z.string().optional(), 'receiverId'),
      mood: personal(z.enum(['glad', 'sad'])),
    },
  },
  { LetterSent: { 1: (old: object) => ({ ...old, pages: 1 }) } },
);

test('An event’s JSON Schema bears its name and the version that is stored', () => {
  expect(jsonSchemaOf(LetterSent)).toMatchObject({
    $id: 'LetterSent.v2',
    title: 'LetterSent',
    'x-version': 2,
    type: 'object',
  });
});

test('Facts that every event has are required; those with a default or optional ones are not', () => {
  expect(jsonSchemaOf(LetterSent).required).toEqual(['pages', 'receiverId']);
  expect(jsonSchemaOf(LetterSent).properties['pages']).toMatchObject({
    type: 'integer',
    exclusiveMinimum: 0,
  });
});

test('GDPR 17: a personal field says whose it is, and is null once they are erased', () => {
  const { title, greeting, mood } = jsonSchemaOf(LetterSent).properties;
  expect(title).toEqual({
    type: ['string', 'null'],
    minLength: 1,
    maxLength: 80,
    'x-personal': true,
    'x-subject': 'stream',
  });
  expect(greeting).toMatchObject({ type: ['string', 'null'], 'x-subject': 'receiverId' });
  expect(mood).toMatchObject({
    anyOf: [{ type: 'string', enum: ['glad', 'sad'] }, { type: 'null' }],
    'x-personal': true,
  });
});

test('What the schema says is what a validator of another house takes and refuses', () => {
  const accepts = z.fromJSONSchema(jsonSchemaOf(LetterSent) as never);
  const receiverId = 'ada00000-0000-4000-8000-000000000001';
  const takes = (data: object) => accepts.safeParse(data).success;
  expect(takes({ pages: 1, receiverId, title: 'Dear', greeting: null, added: 'later' })).toBe(true);
  expect(takes({ pages: 1, receiverId })).toBe(true);
  expect(takes({ pages: 0, receiverId })).toBe(false);
  expect(takes({ pages: 1, receiverId, title: '' })).toBe(false);
  expect(takes({ receiverId })).toBe(false);
});
