import { packDocument, unpackDocument, type PackedDocument } from './documents.ts';
import type { EventId, PersonId, Scope } from './ids.ts';
import { withoutHandles } from './projection.ts';
import { ada, blobOf, bob } from './samples.fixtures.ts';
import { joined, Sealed } from './sealed.ts';
import { pending, stored } from './sealing.ts';

const first = blobOf(ada);
const second = blobOf(ada, { id: 'event-2' as EventId, within: 'application-1' as Scope });
const ofBob = blobOf(bob);

const document = {
  _id: 'd',
  count: 3,
  nothing: null,
  name: joined(' ', stored(first, 'firstName'), stored(first, 'lastName')),
  notes: [
    { text: stored<string>(second, 'note'), at: 'noon' },
    { text: stored<string>(first, 'note'), at: 'night' },
  ],
  other: stored<string>(ofBob, 'name'),
};

test('A document stores each blob once and its fields point into it', () => {
  expect(packDocument({ ...document, left: undefined } as typeof document)).toEqual({
    _id: 'd',
    count: 3,
    nothing: null,
    name: { _joined: [{ _sealed: [0, 'firstName'] }, { _sealed: [0, 'lastName'] }], _with: ' ' },
    notes: [
      { text: { _sealed: [1, 'note'] }, at: 'noon' },
      { text: { _sealed: [0, 'note'] }, at: 'night' },
    ],
    other: { _sealed: [2, 'name'] },
    _blobs: [first, second, ofBob],
  });
});

test('A document without handles has no blobs', () => {
  expect(packDocument({ _id: 'd' })).toEqual({ _id: 'd' });
});

test('From JSON a document comes back with handles in their places', () => {
  const packed = packDocument(document);
  const text = JSON.stringify(packed);
  const back = unpackDocument<typeof document>(JSON.parse(text) as PackedDocument);
  expect(Sealed.contentOf(back.notes[0]?.text as Sealed)).toEqual({
    kind: 'stored',
    blob: second,
    field: 'note',
  });
  expect(JSON.stringify(packDocument(back))).toBe(text);
});

test('What was never sealed is not stored', () => {
  const fresh = { _id: 'd', name: pending('Ada') };
  expect(() => packDocument(fresh)).toThrow(TypeError);
});

test('A document that points to a blob which is not there is damaged', () => {
  expect(() =>
    unpackDocument({ _id: 'd', name: { _sealed: [1, 'name'] }, _blobs: [first] }),
  ).toThrow('The document d points to a blob that is not there.');
});

const packedWithout = (personId: PersonId, scope?: string) =>
  packDocument(
    withoutHandles(document, { personId, ...(scope !== undefined && { scope: scope as Scope }) }),
  );

test('GDPR 17: without a person’s handles the facts and the handles of others stay', () => {
  expect(packedWithout(ada)).toEqual({
    _id: 'd',
    count: 3,
    nothing: null,
    name: null,
    notes: [
      { text: null, at: 'noon' },
      { text: null, at: 'night' },
    ],
    other: { _sealed: [0, 'name'] },
    _blobs: [ofBob],
  });
});

test('A forgotten scope takes its own handles and leaves the person’s other ones', () => {
  expect(packedWithout(ada, 'application-1')).toMatchObject({
    notes: [{ text: null }, { text: { _sealed: [0, 'note'] } }],
    _blobs: [first, ofBob],
  });
});

test('Nothing changes where the person has no handle', () => {
  expect(packedWithout('cy' as PersonId)).toEqual(packDocument(document));
});
