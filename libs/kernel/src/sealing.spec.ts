import { ada, blobOf, bob, organisationId } from './samples.fixtures.ts';
import type { EventId, OrganisationId } from './ids.ts';
import { erased, joined, type SealedBlob } from './sealed.ts';
import { MisplacedHandle, openHandles, pending, stored, type OpenBlobs } from './sealing.ts';

const first = blobOf(ada);
const second = blobOf(ada, { id: 'event-2' as EventId });
const asked: (readonly SealedBlob[])[] = [];

/** A vault that knows the first blob and has lost the key of the second. */
const open: OpenBlobs = async (blobs) => {
  asked.push(blobs);
  return blobs.map(({ bytes }) =>
    bytes === first.bytes ? { firstName: 'Ada', lastName: 'Lovelace' } : erased,
  );
};
const expected = { organisationId, personId: ada };
const opened = (...handles: Parameters<typeof joined>[1][]) =>
  openHandles(
    handles.map((handle) => ({ handle, expected })),
    open,
  );

beforeEach(() => asked.splice(0));

test('However many handles there are, the vault is asked once and for each blob once', async () => {
  const handles = [
    stored<string>(first, 'firstName'),
    stored<string>(first, 'lastName'),
    stored<string>(second, 'firstName'),
    joined(' ', stored(first, 'firstName'), stored(first, 'lastName')),
    pending('not sealed yet'),
  ];
  expect(await opened(...handles)).toEqual([
    'Ada',
    'Lovelace',
    erased,
    'Ada Lovelace',
    'not sealed yet',
  ]);
  expect(asked).toEqual([[first, second]]);
});

test('What is joined is erased as soon as one part is', async () => {
  const handle = joined(' ', stored(first, 'firstName'), stored(second, 'lastName'));
  expect(await opened(handle)).toEqual([erased]);
});

test('A handle beside another person or in another organisation is not opened, nor is any other', async () => {
  const handle = stored<string>(first, 'firstName');
  const misplaced = [
    { organisationId, personId: bob },
    { organisationId: 'elsewhere' as OrganisationId, personId: ada },
  ];
  for (const place of misplaced)
    await expect(
      openHandles(
        [
          { handle, expected },
          { handle: joined(' ', handle, handle), expected: place },
        ],
        open,
      ),
    ).rejects.toThrow(MisplacedHandle);
  expect(asked).toEqual([]);
});

test('A field that the blob does not have opens to nothing', async () => {
  expect(await opened(stored(first, 'middleName'))).toEqual([undefined]);
});
