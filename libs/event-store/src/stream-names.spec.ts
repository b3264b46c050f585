import fc from 'fast-check';
import type { OrganisationId, StreamName } from '@vivier/kernel';
import { fromEventStoreDb, namePattern, toEventStoreDb } from './stream-names.ts';

const named = (organisation: string, stream: string): string =>
  toEventStoreDb(organisation as OrganisationId, stream as StreamName);

const text = fc.string({ minLength: 1, unit: 'binary' });
const organisations = fc.oneof(
  fc.uuid(),
  text.filter((one) => !one.includes('.')),
);
const categories = text.filter((one) => !one.startsWith('$') && !one.includes('-'));

test('the category stands first, where projections by category look for it', () => {
  const organisation = '6f1c0b7e-0000-4000-8000-00000000000a';
  const name = named(organisation, 'candidate-d0551e40-0000-4000-8000-000000000001');
  expect(name).toBe(`candidate-${organisation}.d0551e40-0000-4000-8000-000000000001`);
});

test('every name can be read back, and passes the pattern of its organisation and beginning alone', () => {
  fc.assert(
    fc.property(organisations, categories, text, fc.nat(), (organisation, category, key, cut) => {
      const stream = `${category}-${key}`;
      const name = named(organisation, stream);
      expect(fromEventStoreDb(name)).toEqual({ organisationId: organisation, stream });
      const beginning = stream.slice(0, cut % (stream.length + 1));
      const passes = (filter: Parameters<typeof namePattern>[0]): boolean =>
        new RegExp(namePattern(filter)).test(name);
      expect(passes({})).toBe(true);
      expect(passes({ organisationId: organisation as OrganisationId })).toBe(true);
      expect(passes({ streamPrefixes: ['other-', beginning] })).toBe(true);
      expect(passes({ organisationId: `${organisation}x` as OrganisationId })).toBe(false);
      expect(passes({ streamPrefixes: [`${stream}x`] })).toBe(false);
    }),
  );
});

test('two streams never share a name', () => {
  fc.assert(
    fc.property(
      fc.tuple(organisations, categories, text),
      fc.tuple(organisations, categories, text),
      (one, other) => {
        const name = ([organisation, category, key]: typeof one) =>
          named(organisation, `${category}-${key}`);
        expect(name(one) === name(other)).toBe(one.join('\u0000') === other.join('\u0000'));
      },
    ),
  );
});

test.each([
  ['o', 'candidate'],
  ['o', 'candidate-'],
  ['o', '-1'],
  ['o', ''],
  ['o', '$candidate-1'],
  ['o', '$$candidate-1'],
  ['', 'candidate-1'],
  ['o.p', 'candidate-1'],
  ['o', 'candidate-\ud800'],
])('of the organisation "%s" the stream "%s" is refused: it could not be read back', (...place) => {
  expect(() => named(...place)).toThrow(TypeError);
});

test.each([
  '$all',
  '$ce-candidate',
  '$$candidate-o.1',
  'order-17',
  'candidate',
  'a-o.',
  '-o.1',
  'a-.1',
])('%s is no name of a stream of ours', (name) => {
  expect(fromEventStoreDb(name)).toBeUndefined();
});
