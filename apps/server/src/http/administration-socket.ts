import { chmod, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { BackupUnusable, DamagedCopy } from '@vivier/backup';
import { SignInRefused } from '@vivier/identity';
import { addUser, createOrganisation, staffRoles, type NewUser } from '../house/administration.ts';
import { backUp, type BackupPlaces } from '../house/backing-up.ts';
import { defineRejections, isRejection, type EventId } from '@vivier/kernel';
import { newId } from '@vivier/vault';
import { ConfigurationMistake } from '../config.ts';
import type { House } from '../house/house.ts';
import { listMails, showMail } from '../house/mail/mails-shown.ts';
import { moveClock } from '../house/move-clock.ts';
import { rebuildTelling, type RebuildTold } from '../house/rebuilding.ts';
import { replayDossier, type ReplayRequest } from '../house/replaying.ts';
import { signInRejection } from '../house/sign-in-rejections.ts';
import { kindOf } from '../house/log.ts';

/** What the command line asks of whoever holds the folder. */
export type AdministrationRequest =
  | { readonly do: 'createOrganisation'; readonly slug: string; readonly name: string }
  | ({ readonly do: 'addUser' } & NewUser)
  | { readonly do: 'moveClock'; readonly period: string }
  | { readonly do: 'listOutbox' }
  | { readonly do: 'listMails' }
  | { readonly do: 'showMail'; readonly mailId: string }
  | { readonly do: 'reviveTask'; readonly effect: string; readonly eventId: string }
  /** Of one projection; default: all. */
  | { readonly do: 'rebuild'; readonly projection?: string }
  | ({ readonly do: 'replayDossier' } & ReplayRequest)
  /** Places are absolute: whoever is asked may run elsewhere. */
  | ({ readonly do: 'backUp' } & BackupPlaces);

export type AdministrationAnswer =
  | { readonly done: Readonly<Record<string, string>> }
  | {
      readonly rejected: string;
      readonly message: string;
      readonly remedy: string;
      readonly details?: Readonly<Record<string, unknown>>;
    };

/** Whoever asked, while it is being done. */
export interface Asking {
  /** Told how far a longer piece of work has come. */
  readonly tell?: (told: RebuildTold) => void;
  /** Aborts when they do not wait any more. */
  readonly signal?: AbortSignal;
}

const MOST_LISTED = 1_000;

const outboxRejections = defineRejections({
  TaskUnknown: {
    message: 'There is no such task among the dead.',
    remedy: 'Ask for the list with `vivier outbox list`.',
  },
});

const backupRejections = defineRejections({
  BackupRefused: {
    message: 'There is no backup.',
    remedy: 'See below what is in its way.',
  },
});

/** Does one administrative thing, alike through the socket and in the command line's own process. */
export const administer = async (
  house: House,
  request: AdministrationRequest,
  { tell, signal }: Asking = {},
): Promise<AdministrationAnswer> => {
  try {
    switch (request.do) {
      case 'createOrganisation': {
        const { slug, name } = request;
        const { organisationId } = await createOrganisation(house, { slug, name });
        return { done: { organisationId, slug } };
      }
      case 'addUser': {
        if (!staffRoles.includes(request.role))
          return {
            rejected: 'RoleUnknown',
            message: 'There is no such role for a user.',
            remedy: `Use one of ${staffRoles.join(', ')}; candidates register themselves.`,
          };
        return { done: { ...(await addUser(house, request)), role: request.role } };
      }
      case 'moveClock': {
        const moved = await moveClock(house, request.period);
        return isRejection(moved) ? moved : { done: { now: moved } };
      }
      case 'listOutbox': {
        const dead = await house.outbox.dead(MOST_LISTED);
        return {
          done: Object.fromEntries(
            dead.map(({ effect, eventId, attempts, failure }) => [
              `${effect} ${eventId}`,
              `${failure ?? 'unknown'} at attempt ${attempts}`,
            ]),
          ),
        };
      }
      case 'listMails':
        return { done: await listMails(house) };
      case 'showMail': {
        const shown = await showMail(house, request.mailId);
        return isRejection(shown) ? shown : { done: shown };
      }
      case 'reviveTask': {
        const { effect, eventId } = request;
        const revived = await house.outbox.revive(effect, eventId as EventId, house.clock.now());
        if (revived) await house.ticker.tick();
        return revived ? { done: { effect, eventId } } : outboxRejections.TaskUnknown();
      }
      case 'rebuild': {
        const { projection } = request;
        const rebuilt = await rebuildTelling(house, { projection, tell, signal });
        if (isRejection(rebuilt)) return rebuilt;
        return {
          done: Object.fromEntries(
            rebuilt.map(({ projection: name, stoodStill }) => [
              name,
              stoodStill ? 'stood still: start the server again, and it goes on' : 'answers',
            ]),
          ),
        };
      }
      case 'replayDossier': {
        const replayed = await replayDossier(house, request);
        return isRejection(replayed) ? replayed : { done: { dossier: JSON.stringify(replayed) } };
      }
      case 'backUp': {
        if (!house.isEmbedded)
          return backupRejections.BackupRefused({
            because:
              'What lies on servers is backed up with their own tools: see docs/operations.md, and copy VIVIER_DATA, which holds the keys, apart from it.',
          });
        const now = new Date(house.clock.now());
        const { begunAt, files, bytes } = await backUp(house.folder, request, now);
        return { done: { begunAt, files: String(files), bytes: String(bytes) } };
      }
    }
  } catch (error) {
    if (error instanceof SignInRefused) return signInRejection(error);
    if (error instanceof BackupUnusable || error instanceof DamagedCopy)
      return backupRejections.BackupRefused({ because: error.message });
    throw error;
  }
};

/** The sockets of the processes that share a folder; those of killed ones lie among them. */
export const sharedSockets = async (folder: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => /^vivier-[\w-]+\.sock$/.test(name));
};

/** Begins the names of this machine's sockets: only their own machine can tell whether they are left. */
const ofThisMachine = (): string => `vivier-${hostname().replace(/\W/g, '').slice(0, 12)}-`;

const newSharedSocket = (): string => `${ofThisMachine()}${newId().slice(0, 4)}.sock`;

/** Removes the sockets of processes of this machine that were killed. */
const removeLeft = async (folder: string): Promise<void> => {
  const own = (await sharedSockets(folder)).filter((name) => name.startsWith(ofThisMachine()));
  for (const name of own)
    await new Promise<void>((resolve) => {
      const path = socketPath(folder, name);
      const socket = connect(path, () => {
        socket.destroy();
        resolve();
      }).on('error', (error: NodeJS.ErrnoException) => {
        const isLeft = error.code === 'ECONNREFUSED';
        if (isLeft) rm(path, { force: true }).then(resolve, resolve);
        else resolve();
      });
    });
};

/** What every system takes as the address of a socket, in bytes. */
const LONGEST_PATH = 103;

/** The socket's path, the shorter way to write it: systems allow about 100 bytes. */
export const socketPath = (folder: string, name = 'vivier.sock'): string => {
  const absolute = join(folder, name);
  const near = relative(process.cwd(), absolute);
  return near.length < absolute.length ? near : absolute;
};

const LARGEST_REQUEST = 64 * 1024;

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_REQUEST) throw new RangeError('The request is too large.');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

/** One line of an answer: how far it has come, and at the end the answer itself. */
export type AdministrationLine = { readonly told: RebuildTold } | AdministrationAnswer;

const answerTo = async (
  house: House,
  request: IncomingMessage,
  asking: Asking,
): Promise<AdministrationAnswer> => {
  try {
    return await administer(house, (await readJson(request)) as AdministrationRequest, asking);
  } catch (error) {
    house.log.error({ kind: kindOf(error) }, 'Not administered.');
    return {
      rejected: 'InternalError',
      message: 'Something went wrong.',
      remedy: 'See the log of the server.',
    };
  }
};

/**
 * Listens for the command line on a socket in the folder that only its owner may use (mode 0600): one
 * process holds the stores, and others ask it.
 */
export const administrationSocket = async (
  house: House,
  folder: string,
): Promise<{ close(): Promise<void> }> => {
  const path = socketPath(folder, house.isShared ? newSharedSocket() : undefined);
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new ConfigurationMistake(
      `The path of VIVIER_DATA is too long for the socket in it: shorten it by ${Buffer.byteLength(path) - LONGEST_PATH} bytes.`,
    );
  if (house.isShared) await removeLeft(folder);
  // Whoever holds the folder is alone: a socket that lies there is of a process that was killed.
  if (!house.isShared) await rm(path, { force: true });
  const server: Server = createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
    });
    const write = (line: AdministrationLine): boolean =>
      response.write(`${JSON.stringify(line)}\n`);
    const asking: Asking = { tell: (told) => write({ told }), signal: gone.signal };
    response.setHeader('content-type', 'application/jsonl');
    answerTo(house, request, asking)
      .then((answer) => {
        write(answer);
        response.end();
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
