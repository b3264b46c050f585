import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolders } from '@vivier/backup';
import { destroyPrivateFile } from '@vivier/vault';
import { ownFolder } from '@vivier/work-state';
import { moveMarkOf } from './move-mark.ts';
import { MoveRefused } from './move-refused.ts';

/** What wraps or is a secret is overwritten before it goes. */
const SECRETS = ['keys.sqlite', 'master-keys.json', 'accounts.sqlite'];
const OTHERS = ['log.sqlite', 'documents.sqlite', 'work-state.sqlite', 'read-models.sqlite'];
const BESIDE = ['', '-wal', '-shm'];

/**
 * Deletes the stores of a folder that were moved, the keys first: as long as they lie there, whoever is
 * erased on the servers is not out of their reach (GDPR 17). What the servers need stays. Idempotent.
 *
 * @returns whether anything was there
 * @throws FolderOwned; MoveRefused where the stores were not moved, or not to their end
 */
export const deleteSource = async (folder: string): Promise<boolean> => {
  if (!existsSync(folder)) throw new MoveRefused(`There is no folder ${folder}: set VIVIER_DATA.`);
  const owner = await ownFolder({ folder, about: { command: 'vivier migrate' } });
  try {
    if (moveMarkOf(folder)?.state !== 'moved')
      throw new MoveRefused(
        `The stores of ${folder} were not moved to their end: run \`vivier migrate\` without --delete-source.`,
      );
    const all = [...SECRETS, ...OTHERS].flatMap((name) => BESIDE.map((end) => `${name}${end}`));
    const found = [...all, 'documents'].some((name) => existsSync(join(folder, name)));
    for (const name of SECRETS)
      for (const end of BESIDE) destroyPrivateFile(join(folder, `${name}${end}`));
    for (const name of [...all, 'documents'])
      await rm(join(folder, name), { recursive: true, force: true });
    await syncFolders(folder);
    return found;
  } finally {
    await owner.release();
  }
};
