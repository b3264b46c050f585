import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeFile, filesBelow, isEmptyPlace, syncFolders, type CopiedFile } from './copy.ts';

const LIST = 'backup.json';
const VERSION = 1;

/** A name for a backup that is begun now. */
export const newBackup = (now: Date): Pick<BackupList, 'id' | 'begunAt'> => ({
  id: randomUUID(),
  begunAt: now.toISOString(),
});

/** What lies beside the copies: by it they are proved whole. */
export interface BackupList {
  readonly version: typeof VERSION;
  /** Names the backup; its parts bear the same. */
  readonly id: string;
  /** Which part of it this is. */
  readonly part: string;
  /** ISO-8601: all that was durable before it is in the backup. */
  readonly begunAt: string;
  readonly files: readonly CopiedFile[];
}

/** A backup that cannot be made there, or cannot be used. */
export class BackupUnusable extends Error {
  override readonly name = 'BackupUnusable';
}

/**
 * Makes one part of a backup: in a folder beside its place, which gets its name once all of it is durable.
 *
 * @param part.copy puts the files into the folder that it is given
 * @throws BackupUnusable where something lies at the place already
 */
export const makePart = async (part: {
  readonly place: string;
  readonly about: Pick<BackupList, 'id' | 'part' | 'begunAt'>;
  readonly copy: (folder: string) => Promise<void>;
}): Promise<BackupList> => {
  const place = resolve(part.place);
  if (!(await isEmptyPlace(place)))
    throw new BackupUnusable(`${place} is not empty: name a folder that is not there yet.`);
  const unfinished = `${place}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await part.copy(unfinished);
  const files: CopiedFile[] = [];
  for (const file of await filesBelow(unfinished)) files.push(await describeFile(unfinished, file));
  const list: BackupList = { version: VERSION, ...part.about, files };
  await writeFile(join(unfinished, LIST), `${JSON.stringify(list, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  await syncFolders(unfinished);
  // An empty folder may lie at the place: a rename does not go over it everywhere.
  await rm(place, { recursive: true, force: true });
  await rename(unfinished, place);
  await syncFolders(place);
  return list;
};

/**
 * Reads the list of one part and holds every file to it.
 *
 * @throws BackupUnusable with the first file that is missing, changed, or not in the list
 */
export const checkPart = async (place: string, part: string): Promise<BackupList> => {
  const folder = resolve(place);
  let list: BackupList;
  try {
    list = JSON.parse(await readFile(join(folder, LIST), 'utf8')) as BackupList;
  } catch {
    throw new BackupUnusable(`${folder} holds no whole backup: its ${LIST} cannot be read.`);
  }
  if (list.version !== VERSION)
    throw new BackupUnusable(`${folder} was made by a newer version: restore it with that one.`);
  if (list.part !== part)
    throw new BackupUnusable(
      `${folder} holds the ${list.part} of a backup and not the ${part}: name the other folder.`,
    );
  const found = new Set(await filesBelow(folder));
  found.delete(join(folder, LIST));
  for (const copied of list.files) {
    const file = join(folder, copied.path);
    const whole = found.delete(file) && (await describeFile(folder, file)).sha256 === copied.sha256;
    if (!whole)
      throw new BackupUnusable(
        `${copied.path} in ${folder} is missing or changed: use another backup.`,
      );
  }
  const [foreign] = found;
  if (foreign !== undefined)
    throw new BackupUnusable(`${foreign} does not belong to the backup: take it away.`);
  return list;
};
