import fc from 'fast-check';
import { z } from 'zod';
import { EventCodec, NewerEvent, UnknownEvent } from './codec.ts';
import { defineEvents, personal } from './events.ts';
import {
  ada,
  blobOf,
  bob,
  bytesOf,
  codec,
  eventId,
  jsonOf,
  letters,
  organisationId,
  stored,
  stream,
} from './samples.fixtures.ts';
import { joined, Sealed } from './sealed.ts';
import { pending } from './sealing.ts';

const { LetterBurnt, LetterWritten } = letters;
const record = { id: eventId, stream, organisationId };

test('Facts lie readable, personal values in one blob a person, with the names of their fields', () => {
  const event = LetterWritten({
    pages: 2,
    title: pending('Dear Bob'),
    postscript: pending('Yours'),
    witnessId: bob,
    witnessName: pending('Bob'),
  });
  expect(codec.personalValues(event, ada)).toEqual([
    { personId: ada, ofStream: true, values: { title: 'Dear Bob', postscript: 'Yours' } },
    { personId: bob, ofStream: false, values: { witnessName: 'Bob' } },
  ]);
  const { type, data } = stored(event);
  expect(type).toBe('LetterWritten.v1');
  expect(jsonOf(data)).toEqual({
    pages: 2,
    witnessId: bob,
    $sealed: [
      {
        person: ada,
        scope: 'account',
        fields: ['title', 'postscript'],
        blob: blobOf(ada).bytes,
      },
      { person: bob, scope: 'account', fields: ['witnessName'], blob: blobOf(bob).bytes },
    ],
  });
});

test('What is read back is facts and handles that know where they come from', () => {
  const event = codec.decode(stored(LetterWritten({ pages: 2, title: pending('Dear Bob') })));
  const { title, ...facts } = event.data as { title: Sealed };
  expect(event.type).toBe('LetterWritten');
  expect(facts).toEqual({ pages: 2 });
  expect(Sealed.contentOf(title)).toEqual({ kind: 'stored', field: 'title', blob: blobOf(ada) });
});

test('An event without personal values carries no blob', () => {
  expect(jsonOf(stored(LetterBurnt({ by: 'somebody' })).data)).toEqual({ by: 'somebody' });
});

test('Any facts and any set of personal fields come back as they were', () => {
  const words = fc.string();
  const values = fc.record(
    { title: words, postscript: words, witnessName: words },
    { requiredKeys: ['title'] },
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), values, fc.string(), (pages, texts, by) => {
      const data = {
        pages,
        witnessId: bob,
        ...Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, pending(text)])),
      };
      const event = LetterWritten(data as unknown as Parameters<typeof LetterWritten>[0]);
      const groups = codec.personalValues(event, ada);
      const sealed = new Map(
        groups.flatMap(({ personId, values: held }) =>
          Object.entries(held).map(([name, text]) => [`${blobOf(personId).bytes}/${name}`, text]),
        ),
      );
      const back = codec.decode(stored(event)).data as Readonly<Record<string, unknown>>;
      const opened = Object.entries(back).map(([name, value]) => {
        if (!(value instanceof Sealed)) return [name, value];
        const content = Sealed.contentOf(value);
        if (content.kind !== 'stored') throw new Error('A stored event holds stored handles.');
        return [name, sealed.get(`${content.blob.bytes}/${content.field}`)];
      });
      expect(Object.fromEntries(opened)).toEqual({ pages, witnessId: bob, ...texts });
      expect(codec.decode(stored(LetterBurnt({ by })))).toEqual(LetterBurnt({ by }));
    }),
    { numRuns: 60 },
  );
});

test('A personal field that holds readable text is not encoded', () => {
  const event = { type: LetterWritten.type, data: { pages: 1, title: 'readable' } };
  expect(() => codec.personalValues(event, ada)).toThrow(
    'LetterWritten.title is personal and must hold what a command brought.',
  );
});

test('A handle that was sealed for another event is not sealed again', () => {
  const { title } = codec.decode(stored(LetterWritten({ pages: 1, title: pending('x') }))).data as {
    title: Sealed<string>;
  };
  expect(() => codec.personalValues(LetterWritten({ pages: 1, title }), ada)).toThrow(TypeError);
});

test('A personal value without a person is not encoded', () => {
  const event = LetterWritten({ pages: 1, title: pending('x') });
  expect(() => codec.personalValues(event, undefined)).toThrow(
    'LetterWritten.title has no person.',
  );
});

test('A blob that is missing, a field that is not declared and a wrong fact are bugs that stop', () => {
  const event = LetterWritten({ pages: 1, title: pending('x') });
  const groups = codec.personalValues(event, ada);
  expect(() => codec.encode(event, groups, [])).toThrow('LetterWritten lacks a sealed blob.');
  const wider = { type: LetterBurnt.type, data: { by: 'x', colour: 'red' } };
  expect(() => codec.encode(wider, [], [])).toThrow('LetterBurnt declares no field colour.');
  const wrong = { type: LetterWritten.type, data: { pages: 0 } };
  expect(() => codec.encode(wrong, [], [])).toThrow();
  expect(() => codec.wireType({ type: 'LetterLost', data: {} })).toThrow(TypeError);
});

test('An unknown type, a newer version and a type without version stop the reader', () => {
  const data = bytesOf({ by: 'somebody' });
  expect(() => codec.decode({ ...record, type: 'LetterLost.v1', data })).toThrow(UnknownEvent);
  expect(() => codec.decode({ ...record, type: 'LetterBurnt.v2', data })).toThrow(NewerEvent);
  expect(() => codec.decode({ ...record, type: 'LetterBurnt', data })).toThrow(UnknownEvent);
  expect(() => codec.decode({ ...record, type: 'LetterBurnt.v0', data })).toThrow(UnknownEvent);
});

test('What it reads is each event with its highest version', () => {
  const lifted = defineEvents(
    { LetterLost: { where: z.string() } },
    { LetterLost: { 1: (old) => old as Record<string, unknown> } },
  );
  const versions = { LetterWritten: 1, LetterBurnt: 1, LetterLost: 2 };
  expect(Object.fromEntries(new EventCodec([letters, lifted]).reads())).toEqual(versions);
});

test('The same event cannot be declared by two sets', () => {
  const others = defineEvents({ LetterBurnt: { by: z.string() } });
  expect(() => new EventCodec([letters, others])).toThrow('LetterBurnt is declared twice.');
  expect(() => new EventCodec([letters, letters])).not.toThrow();
});

interface Named {
  readonly firstName: Sealed<string>;
  readonly lastName: Sealed<string>;
}

test('Old versions are lifted step by step; two names become one that nobody has read', () => {
  const people = defineEvents(
    { PersonMet: { fullName: personal(z.string()), where: z.string() } },
    {
      PersonMet: {
        1: ({ place, ...old }: { place: string }) => ({ ...old, where: place }),
        2: ({ firstName, lastName, ...old }: Named) => ({
          ...old,
          fullName: joined(' ', firstName, lastName),
        }),
      },
    },
  );
  const reader = new EventCodec([people]);
  expect(reader.wireType({ type: people.PersonMet.type, data: {} })).toBe('PersonMet.v3');
  const blob = blobOf(ada, { type: people.PersonMet.type });
  const sealed = [
    { person: ada, scope: 'account', fields: ['firstName', 'lastName'], blob: blob.bytes },
  ];
  const lifted = (type: string, facts: object) =>
    reader.decode({ ...record, type, data: bytesOf({ ...facts, $sealed: sealed }) }).data as {
      fullName: Sealed<string>;
    };
  for (const data of [
    lifted('PersonMet.v1', { place: 'Paris' }),
    lifted('PersonMet.v2', { where: 'Paris' }),
  ]) {
    const { fullName, ...facts } = data;
    expect(facts).toEqual({ where: 'Paris' });
    const content = Sealed.contentOf(fullName);
    expect(
      content.kind === 'joined' && content.parts.map((part) => Sealed.contentOf(part)),
    ).toEqual([
      { kind: 'stored', blob, field: 'firstName' },
      { kind: 'stored', blob, field: 'lastName' },
    ]);
  }
});

test('A fact that was declared later with a default reads as that default in events stored before', () => {
  const later = defineEvents({
    BoxPacked: {
      weight: z.int(),
      label: z.string().optional(),
      stickers: z.array(z.string()).default(() => ['fragile']),
    },
  });
  const reader = new EventCodec([later]);
  const read = (facts: object) =>
    reader.decode({ ...record, type: 'BoxPacked.v1', data: bytesOf(facts) }).data as {
      stickers: string[];
    };
  const first = read({ weight: 1 });
  expect(first).toEqual({ weight: 1, stickers: ['fragile'] });
  expect(read({ weight: 1 }).stickers).not.toBe(first.stickers);
  expect(read({ weight: 1, stickers: [] })).toEqual({ weight: 1, stickers: [] });
});
