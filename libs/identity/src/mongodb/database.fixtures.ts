import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import type { PersonId } from '@vivier/kernel';
import { databases } from '@vivier/mongodb/contract';
import { CHEAP, HandClock, type Ground } from '../contract.fixtures.ts';
import type { Identity } from '../port.ts';
import type { MongoIdentityOptions } from './identity.ts';
import { openMongoIdentity } from './open.ts';
import type { AccountSecrets } from './secrets.ts';

/** Keys of persons as a vault would hold them, outside of the database. */
export class PersonKeys implements AccountSecrets {
  readonly #keys = new Map<PersonId, Buffer>();
  readonly #erased = new Set<PersonId>();

  async seal({ personId, accountId }: Parameters<AccountSecrets['seal']>[0], plain: Uint8Array) {
    if (this.#erased.has(personId)) throw new Error('The person was erased.');
    const key = this.#keys.get(personId) ?? randomBytes(32);
    this.#keys.set(personId, key);
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(accountId));
    const text = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]);
  }

  async open({ personId, accountId }: Parameters<AccountSecrets['open']>[0], sealed: Uint8Array) {
    const key = this.#keys.get(personId);
    if (key === undefined) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
      .setAAD(Buffer.from(accountId))
      .setAuthTag(sealed.subarray(12, 28));
    return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
  }

  erase(personId: PersonId): void {
    this.#keys.delete(personId);
    this.#erased.add(personId);
  }
}

/** One database, seen by two clients. */
const twoClients = async () => {
  const server = await databases();
  const db = server.create();
  return { server, seen: [db, await server.seenByAnother(db)] };
};

/** A database of its own, and identities that stand on it as processes of their own would. */
export class Accounts implements Ground {
  readonly isShared = true;
  readonly secrets = new PersonKeys();
  readonly folder = mkdtempSync(join(tmpdir(), 'identity-'));
  #ground: ReturnType<typeof twoClients> | undefined;
  #turn = 0;

  async open(more: Partial<MongoIdentityOptions> = {}): Promise<Identity> {
    return openMongoIdentity({
      db: await this.database(),
      secrets: this.secrets,
      issuerKeyFile: join(this.folder, 'issuer-key.json'),
      clock: new HandClock(),
      hashAddress: (organisation, email) =>
        createHmac('sha256', `key of ${organisation}`).update(email).digest('hex'),
      passwordCost: CHEAP,
      ...more,
    });
  }

  /** Leaves nothing in the database, and nothing of its people elsewhere. */
  async empty(): Promise<void> {
    const db = await this.database();
    for (const { name } of await db.listCollections().toArray()) {
      if (name !== 'identity_gates') await db.collection(name).deleteMany({});
    }
  }

  /** By one of two clients, in turn: no test has to wait for connections. */
  async database(): Promise<Db> {
    const { seen } = await (this.#ground ??= twoClients());
    this.#turn += 1;
    return seen[this.#turn % 2]!;
  }

  async remove(): Promise<void> {
    await (await this.#ground)?.server.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
