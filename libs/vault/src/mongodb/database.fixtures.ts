import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db, Document } from 'mongodb';
import { databases } from '@vivier/mongodb/contract';
import { openEpochKeysFolder } from '../epoch-keys.ts';
import { openMasterKeysFolder } from '../master-keys.ts';
import type { SharedVault } from '../port.ts';
import { openMongoVault } from './open.ts';
import type { MongoVaultOptions } from './vault.ts';

/** An installation: databases, the files outside of them, and the processes that stand on them. */
export class Installation {
  readonly folder = mkdtempSync(join(tmpdir(), 'vault-'));
  readonly #server = databases();
  readonly #vaults: SharedVault[] = [];

  /** An empty database of its own. */
  async database(): Promise<Db> {
    return (await this.#server).create();
  }

  /** A vault as another process would open it: with a client of its own and its own reading of files. */
  async open(db: Db, more: Partial<MongoVaultOptions> = {}): Promise<SharedVault> {
    const vault = await openMongoVault({
      db: await (await this.#server).seenByAnother(db),
      masterKeys: openMasterKeysFolder(this.at('master-keys')),
      epochKeys: openEpochKeysFolder(this.at('epoch-keys')),
      fenceFile: this.at('erased.jsonl'),
      ...more,
    });
    this.#vaults.push(vault);
    return vault;
  }

  at(name: string): string {
    return join(this.folder, name);
  }

  /** The names of the epoch keys that are there. */
  epochs(): string[] {
    return readdirSync(this.at('epoch-keys')).map((file) => file.replace(/\.key$/, ''));
  }

  fenceLines(): string[] {
    return readFileSync(this.at('erased.jsonl'), 'utf8').split('\n').filter(Boolean);
  }

  async remove(): Promise<void> {
    for (const vault of this.#vaults) await vault.close();
    await (await this.#server).end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Every document of a database, as a backup holds them. */
export type Copy = ReadonlyMap<string, readonly Document[]>;

export const copyOf = async (db: Db): Promise<Copy> => {
  const copy = new Map<string, Document[]>();
  for (const { name } of await db.listCollections().toArray()) {
    copy.set(name, await db.collection(name, { promoteBuffers: true }).find().toArray());
  }
  return copy;
};

export const restore = async (db: Db, copy: Copy): Promise<void> => {
  for (const [name, documents] of copy) {
    await db.collection(name).deleteMany({});
    if (documents.length > 0) await db.collection(name).insertMany([...documents]);
  }
};
