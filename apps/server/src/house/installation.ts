import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@vivier/vault';
import { ConfigurationMistake } from '../config.ts';

const FILE = 'installation.json';

/**
 * The id of the installation whose keys lie in a folder, made at its first start. Servers are told it, so
 * that no installation writes into another one's log or database. Processes share the folder and may
 * begin at the same moment.
 *
 * @throws ConfigurationMistake where the file is not whole
 */
export const installationOf = (folder: string): string => {
  const file = join(folder, FILE);
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const mine = `${file}.${newId()}`;
    writeFileSync(mine, `${JSON.stringify({ id: newId() })}\n`, { mode: 0o600, flush: true });
    try {
      // Unlike a rename, this leaves alone what another process has put there meanwhile.
      linkSync(mine, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(mine);
    }
  }
  try {
    const { id } = JSON.parse(readFileSync(file, 'utf8')) as { readonly id?: unknown };
    if (typeof id === 'string' && id !== '') return id;
  } catch {
    // Told below.
  }
  throw new ConfigurationMistake(
    `${file} does not tell which installation this is: put back the file that was there.`,
  );
};
