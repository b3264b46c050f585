import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { erased, Sealed, type PersonId, type Recorded, type Scope } from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import type { House } from '@vivier/server';
import { everything } from './checking.ts';
import { open, type Place, type Said } from './lives.ts';

/** Whether what the log holds of somebody can be read: all of it can, or nothing (GDPR 17). */
const isReadable = async (
  { vault }: House,
  { organisationId }: Place,
  events: readonly Recorded[],
  { life = '', key = '' }: Said,
): Promise<boolean> => {
  const personId = key as PersonId;
  const handles = events
    .flatMap(({ data }) => Object.values(data as Record<string, unknown>))
    .filter((value): value is Sealed => value instanceof Sealed);
  // Name and address, the names of files, a comment, a reason.
  expect(handles.length).toBeGreaterThan(5);
  const expected = { organisationId, personId };
  const values = await openHandles(
    handles.map((handle) => ({ handle, expected })),
    (blobs) => vault.open(blobs),
  );
  const isGone = values.includes(erased);
  expect(values.every((value) => (value === erased) === isGone)).toBe(true);
  const holder = await vault.claims.holder(organisationId, `${life}@example.org`);
  expect(holder).toBe(isGone ? undefined : personId);
  return !isGone;
};

/** Of those who are erased, whose keys can still be found in a file of the folder. */
const leftIn = async (folder: string, gone: readonly Said[]): Promise<readonly unknown[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const left = [];
  for (const { parentPath, name } of entries.filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(parentPath, name));
    for (const { life, slots = [] } of gone)
      if (slots.some((slot) => bytes.includes(Buffer.from(slot, 'hex')))) left.push({ name, life });
  }
  return left;
};

/**
 * Opens the folder after a death in mid-erasure. Everybody is erased, or not; whoever is, for good: no key is
 * made for them again, and no byte of their keys and of their claim is left in any file.
 *
 * @returns how many are erased
 */
export const expectErased = async (place: Place): Promise<number> => {
  const { organisationId, erasing, erased: told, folder } = place;
  const gone: Said[] = [];
  const house = await open(folder);
  try {
    const events = await everything(house);
    for (const said of erasing.values()) {
      const personId = said.key as PersonId;
      const own = events.filter((event) => event.personId === personId);
      // Who was told that they are erased, is.
      if (await isReadable(house, place, own, said)) expect(told).not.toContain(said.life);
      else {
        gone.push(said);
        const hashed = house.vault.mac(organisationId, personId, 'account' as Scope, 'spec', '');
        await expect(hashed).rejects.toMatchObject({ name: 'KeyFenced' });
      }
    }
  } finally {
    await house.close();
  }
  // Of the account, the application, two documents, and the address.
  for (const { slots = [] } of gone) expect(slots.length).toBeGreaterThanOrEqual(4);
  expect(await leftIn(folder, gone)).toEqual([]);
  return gone.length;
};
