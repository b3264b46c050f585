import { format, inspect } from 'node:util';
import { ada, blobOf } from './samples.fixtures.ts';
import { joined, type Sealed } from './sealed.ts';
import { pending, stored } from './sealing.ts';

const handles: readonly (readonly [string, Sealed<string>])[] = [
  ['pending', pending('Ada Lovelace')],
  ['stored', stored<string>(blobOf(ada), 'fullName')],
  ['joined', joined(' ', pending('Ada'), pending('Lovelace'))],
];

test.each(handles)('A %s handle prints as [sealed] wherever it is printed', (_, handle) => {
  expect(String(handle)).toBe('[sealed]');
  // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- what is tested
  expect(`${handle}`).toBe('[sealed]');
  expect(JSON.stringify({ name: handle })).toBe('{"name":"[sealed]"}');
  expect(inspect(handle)).toBe('[sealed]');
  expect(inspect({ deep: { down: [handle] } }, { depth: 9, showHidden: true })).not.toMatch(
    /Ada|Lovelace|sealed:/,
  );
  expect(format('%s %o %j', handle, handle, handle)).not.toMatch(/Ada|Lovelace|sealed:/);
});

test.each(handles)('A %s handle has nothing to enumerate, spread or clone', (_, handle) => {
  expect(Reflect.ownKeys(handle)).toEqual([]);
  expect({ ...handle }).toEqual({});
  expect(JSON.stringify(structuredClone(handle))).toBe('{}');
});
