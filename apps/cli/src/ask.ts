import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  administer,
  createLog,
  isShared,
  openHouse,
  readConfig,
  sharedSockets,
  socketPath,
  type AdministrationAnswer,
  type AdministrationLine,
  type AdministrationRequest,
  type Asking,
} from '@vivier/server';

const stopped: AdministrationAnswer = {
  rejected: 'ServerStopped',
  message: 'The server stopped before it answered.',
  remedy: 'Start it again, see what it has done, then ask again.',
};

/** Asks the process behind a socket; undefined where none listens. */
const askServer = (
  socket: string,
  question: AdministrationRequest,
  tell: Asking['tell'],
): Promise<AdministrationAnswer | undefined> =>
  new Promise((resolve, reject) => {
    const sending = request({ socketPath: socket, method: 'POST' }, (response) => {
      let answer: AdministrationAnswer = stopped;
      createInterface({ input: response })
        .on('line', (text) => {
          const line = JSON.parse(text) as AdministrationLine;
          if ('told' in line) tell?.(line.told);
          else answer = line;
        })
        .on('close', () => {
          resolve(answer);
        })
        // A server that is killed hangs up in mid-answer.
        .on('error', () => {
          resolve(answer);
        });
    });
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else if (error.code === 'ECONNRESET') resolve(stopped);
      else reject(error);
    });
    sending.end(JSON.stringify(question));
  });

const MOST_TRIES = 50;
const PAUSE_MS = 300;

const isElsewhere = (answer: AdministrationAnswer): boolean =>
  'rejected' in answer && answer.rejected === 'NotTheProjector';

/** Asks one process after another of those that share a folder, until one has this for its work. */
const askShared = async (
  folder: string,
  ...question: [AdministrationRequest, Asking['tell']]
): Promise<AdministrationAnswer | undefined> => {
  let answer: AdministrationAnswer | undefined;
  for (const name of await sharedSockets(folder)) {
    answer = (await askServer(socketPath(folder, name), ...question)) ?? answer;
    if (answer && !isElsewhere(answer)) return answer;
  }
  return answer;
};

/**
 * Has something administered: by the server when one runs on the folder, otherwise by opening the
 * stores here. A refusal is printed and undefined is returned.
 *
 * @param tell told how far a longer piece of work has come
 *
 * @throws FolderOwned
 */
export const ask = async (
  question: AdministrationRequest,
  tell?: Asking['tell'],
): Promise<Readonly<Record<string, string>> | undefined> => {
  const config = readConfig(process.env, process.cwd());
  const { dataFolder: folder, eventStoreUrl, mongoUrl, smtpUrl, mailFrom } = config;
  const servers = { eventStoreUrl, mongoUrl };
  // Only a rebuild is one process's own: whatever else is asked, the servers take from anybody.
  let answer = isShared(servers)
    ? question.do === 'rebuild' && (await askShared(folder, question, tell))
    : await askServer(socketPath(folder), question, tell);
  if (!answer) {
    const house = await openHouse({
      folder,
      ...servers,
      purpose: 'vivier',
      log: createLog(),
      // What falls due meanwhile is done by this process.
      mail: { smtpUrl, from: mailFrom, publicUrl: () => config.publicUrl },
      ...(isShared(servers) && { roles: question.do === 'rebuild' ? ['projector'] : [] }),
    });
    try {
      answer = await administer(house, question, tell ? { tell } : {});
      // A projector that was killed has its lease for some seconds more.
      for (let tries = 0; isElsewhere(answer) && tries < MOST_TRIES; tries += 1) {
        await sleep(PAUSE_MS);
        answer = await administer(house, question, tell ? { tell } : {});
      }
    } finally {
      await house.close();
    }
  }
  if ('done' in answer) return answer.done;
  const details = answer.details ? `\n${JSON.stringify(answer.details, null, 2)}` : '';
  console.error(`${answer.message} ${answer.remedy}${details}`);
  process.exitCode = 1;
  return undefined;
};
