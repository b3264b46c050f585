import { join } from 'node:path';
import {
  compareLogs,
  copyLog,
  openEmbeddedEventStore,
  type ComparedLogs,
  type EventStore,
} from '@vivier/event-store';
import { compareFiles, moveFiles, type FilesMove, type MovedFiles } from '@vivier/files';
import {
  compareAccounts,
  moveAccounts,
  type AccountSecrets,
  type AccountsMove,
} from '@vivier/identity';
import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import {
  BlobRejected,
  compareKeys,
  erasedIn,
  KeyDamaged,
  moveKeys,
  type KeysMove,
} from '@vivier/vault';
import { compareOutbox, moveOutbox, openMongoWorkState, type OutboxMove } from '@vivier/work-state';
import { credentialsScope, secretsUnder } from '../server-stores.ts';
import { fileScope } from '../stores.ts';
import type { MigrateOptions } from './migrate.ts';
import { MoveRefused } from './move-refused.ts';
import { openSharedVault, type ServersToFill } from './servers-to-fill.ts';

/** What lies on the servers, compared with the folder's own stores. */
export interface Moved {
  readonly events: number;
  /** SHA-256, hex, over the events' ids, types, streams, revisions, data and metadata. */
  readonly sha256: string;
  readonly keys: number;
  readonly claims: number;
  /** Of the keys, those that were damaged in the folder already. */
  readonly damagedKeys: number;
  readonly organisations: number;
  readonly accounts: number;
  readonly files: number;
  readonly bytes: number;
  /** Files that were missing in the folder already. */
  readonly missingFiles: number;
  /** What effects have still to do, or have given up. */
  readonly tasks: number;
}

type Telling = Pick<MigrateOptions, 'tell' | 'passed'>;

const SOME = 1_000;
const number = new Intl.NumberFormat('en');

/** Says now and then how far a piece of work is. */
const progress = ({ tell, passed }: Telling, what: string): ((done: number) => void) => {
  let next = SOME;
  return (done) => {
    passed?.();
    if (done < next) return;
    next = done + SOME;
    tell?.(`${what}: ${number.format(done)} …`);
  };
};

const requireSame = (isSame: boolean, what: string): void => {
  if (isSame) return;
  throw new MoveRefused(
    `${what} on the servers are not those of the folder: leave the folder as it is, empty both servers, remove moved.json, master-keys and epoch-keys from the folder, and begin again.`,
  );
};

interface Plan {
  readonly keys: KeysMove;
  readonly accounts: AccountsMove;
  readonly files: FilesMove;
  readonly outbox: Omit<OutboxMove, 'positionOf'>;
}

/** Fills the servers. What is there already stays. */
const fill = async (plan: Plan, from: EventStore, to: EventStore, telling: Telling) => {
  const { tell } = telling;
  await moveKeys({ ...plan.keys, tell: progress(telling, 'Keys') });
  tell?.('Keys and claims of addresses are copied.');
  await moveAccounts({ ...plan.accounts, tell: progress(telling, 'Accounts') });
  tell?.('Organisations and accounts are copied.');
  await moveFiles({ ...plan.files, tell: progress(telling, 'Files') });
  tell?.('Files are copied.');
  await copyLog({ from, to, tell: progress(telling, 'Events') });
  tell?.('The log is copied. Everything is compared now.');
};

/** What does not open is another's, or damaged: it is not the same as it was. */
const tellingDamage = (secrets: AccountSecrets): AccountSecrets => ({
  seal: (owner, plain) => secrets.seal(owner, plain),
  open: (owner, sealed) =>
    secrets.open(owner, sealed).catch((failure: unknown) => {
      if (failure instanceof KeyDamaged || failure instanceof BlobRejected) return undefined;
      throw failure;
    }),
});

const compareFilled = async (
  { keys, accounts, files, outbox }: Plan,
  { events, sha256, positionOf }: ComparedLogs,
  telling: Telling,
): Promise<Moved> => {
  await moveOutbox({ ...outbox, positionOf });
  telling.passed?.();
  const tasks = await compareOutbox({ ...outbox, positionOf });
  requireSame(tasks.differing === 0, 'Tasks of effects');
  const kept = await compareKeys(keys);
  requireSame(kept.differing === 0 && kept.unfenced === 0, 'Keys');
  const people = await compareAccounts({ ...accounts, secrets: tellingDamage(accounts.secrets) });
  requireSame(people.differing === 0, 'Organisations or accounts');
  // Each account has a key of its own there.
  requireSame(kept.there === kept.keys + people.accounts, 'Keys');
  const stored: MovedFiles = await compareFiles(files);
  requireSame(stored.differing === 0, 'Files');
  return {
    events,
    sha256,
    keys: kept.keys,
    claims: kept.claims,
    damagedKeys: kept.damaged,
    organisations: people.organisations,
    accounts: people.accounts,
    files: stored.files,
    bytes: stored.bytes,
    missingFiles: stored.missing,
    tasks: tasks.tasks,
  };
};

const WIRE_TYPE = /^(.+)\.v(\d+)$/;

/** Tells whoever joins later which events the log holds: a program that cannot read them is refused. */
const register = async (types: Iterable<string>, database: ServersToFill['database']) => {
  const workState = await openMongoWorkState(database);
  for (const wireType of types) {
    const [, type, version] = WIRE_TYPE.exec(wireType) ?? [];
    if (type !== undefined) await workState.processes.allow(type, Number(version));
  }
  await workState.close();
};

/**
 * Copies what a folder's stores hold and compares it. Keys come before what is sealed under them, and the
 * outbox after the log, whose positions it needs.
 *
 * @throws MoveRefused where something differs
 */
export const moveEverything = async (
  folder: string,
  servers: ServersToFill,
  telling: Telling,
): Promise<Moved> => {
  const at = (name: string): string => join(folder, name);
  const { db } = servers.database;
  const { vault, epochKeys } = await openSharedVault(folder, servers);
  try {
    const from = await openEmbeddedEventStore({ file: at('log.sqlite') });
    try {
      const isErased = erasedIn(at('erased.jsonl'));
      const under =
        <Id>(scopeOf: (id: Id) => Scope) =>
        (organisationId: OrganisationId, personId: PersonId, id: Id): boolean =>
          isErased(organisationId, personId, scopeOf(id));
      const plan: Plan = {
        keys: {
          keysFile: at('keys.sqlite'),
          masterKeysFile: at('master-keys.json'),
          masterKeysFolder: at('master-keys'),
          fenceFile: at('erased.jsonl'),
          db,
          epochKeys,
        },
        accounts: {
          file: at('accounts.sqlite'),
          db,
          secrets: secretsUnder(vault),
          isErased: under(credentialsScope),
        },
        files: {
          folder: at('documents'),
          database: at('documents.sqlite'),
          db,
          isErased: under(fileScope),
        },
        outbox: { file: at('work-state.sqlite'), db },
      };
      await fill(plan, from, servers.store, telling);
      const compared = await compareLogs({
        from,
        to: servers.store,
        tell: progress(telling, 'Events compared'),
      });
      if (compared === undefined) return requireSame(false, 'Events') as never;
      await register(compared.types, servers.database);
      return await compareFilled(plan, compared, telling);
    } finally {
      await from.close();
    }
  } finally {
    await vault.close();
  }
};
