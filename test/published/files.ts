import { publishedFolder } from '@vivier/published';
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';

/** What to run when the product and its published contract differ, and the change is meant. */
export const COMMAND = 'npm run published';

const askedToWrite = process.env['UPDATE_PUBLISHED'] === '1';

/** A file of the contract, by its path in libs/published. */
export const published = (path: string): URL => new URL(path, publishedFolder);

/** What lies in a file, without the spaces around it; empty where there is no file. */
const readOrNothing = async (file: URL): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
};

/** All of a text but for what stands between two marks, which is what a tool writes. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

const between = (text: string, { begin, end }: Marks): string =>
  text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();

/**
 * Fails, with the command to run, where a file is not what the product says today; writes it first where
 * that was asked for.
 *
 * @param told text, or what JSON is made of
 * @param marks between which the file holds it, where it holds more
 */
export const expectUpToDate = async (
  file: URL,
  told: unknown,
  marks?: Marks,
  write = askedToWrite,
): Promise<void> => {
  const style = { ...(await resolveConfig(file)), filepath: file.pathname };
  const text = typeof told === 'string' ? told : JSON.stringify(told, null, 2);
  const now = await format(text, style);
  const lies = await readOrNothing(file);
  if (marks && !(lies.includes(marks.begin) && lies.includes(marks.end)))
    throw new Error(`The marks ${marks.begin} and ${marks.end} are missing.`);
  const same = marks ? between(lies, marks) === now.trim() : lies === now;
  if (same) return;
  if (!write)
    throw new Error(
      `${file.pathname.split('/').at(-1)} is not what the product says today. Is that meant? ` +
        `Then run ${COMMAND} and commit what it writes.`,
    );
  await writeFile(
    file,
    marks
      ? `${lies.slice(0, lies.indexOf(marks.begin))}${marks.begin}\n\n${now.trim()}\n\n${lies.slice(lies.indexOf(marks.end))}`
      : now,
  );
};
