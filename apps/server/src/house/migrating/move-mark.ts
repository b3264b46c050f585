import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolders } from '@vivier/backup';
import { ConfigurationMistake } from '../../config.ts';

const FILE = 'moved.json';

/** Says of a folder that its stores are on their way to servers, or have arrived there. */
export interface MoveMark {
  /** Names the move; the database that it fills bears the same. */
  readonly id: string;
  readonly state: 'moving' | 'moved';
  /** ISO-8601: when it began, or was done. */
  readonly at: string;
}

/** @throws ConfigurationMistake where the file is not whole */
export const moveMarkOf = (folder: string): MoveMark | undefined => {
  const file = join(folder, FILE);
  if (!existsSync(file)) return undefined;
  try {
    const { id, state, at } = JSON.parse(readFileSync(file, 'utf8')) as MoveMark;
    if (typeof id === 'string' && (state === 'moving' || state === 'moved'))
      return { id, state, at };
  } catch {
    // Told below.
  }
  throw new ConfigurationMistake(
    `${file} does not tell how far the move to servers is: put back the file that was there.`,
  );
};

/** Marks the folder, durably. */
export const markMove = async (folder: string, mark: MoveMark): Promise<void> => {
  const file = join(folder, FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(mark, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await rename(`${file}.new`, file);
  await syncFolders(folder);
};

/**
 * A folder whose stores were moved to servers is only started on both of them, and one that is being
 * moved not at all: two installations would go their own ways from there.
 *
 * @returns whether they were moved
 * @throws ConfigurationMistake
 */
export const requireNotMoved = (folder: string, isOnServers: boolean): boolean => {
  const mark = moveMarkOf(folder);
  if (mark === undefined) return false;
  if (mark.state === 'moved' && isOnServers) return true;
  throw new ConfigurationMistake(
    mark.state === 'moving'
      ? `The stores of ${folder} are on their way to servers: run \`vivier migrate\` again, it goes on where it was cut off.`
      : `The stores of ${folder} were moved to servers on ${mark.at}: set EVENTSTORE_URL and MONGODB_URL to them, or VIVIER_DATA to another folder.`,
  );
};
