import { request } from 'node:http';
import { createInterface } from 'node:readline';
import {
  administer,
  createLog,
  openHouse,
  readConfig,
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

/** Asks the server that holds the folder; undefined where none listens. */
const askServer = (
  folder: string,
  question: AdministrationRequest,
  tell: Asking['tell'],
): Promise<AdministrationAnswer | undefined> =>
  new Promise((resolve, reject) => {
    const sending = request({ socketPath: socketPath(folder), method: 'POST' }, (response) => {
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

/**
 * Has something administered: by the server when one runs on the folder, otherwise by opening the
 * folder here. A refusal is printed and undefined is returned.
 *
 * @param tell told how far a longer piece of work has come
 *
 * @throws FolderOwned
 */
export const ask = async (
  question: AdministrationRequest,
  tell?: Asking['tell'],
): Promise<Readonly<Record<string, string>> | undefined> => {
  const { dataFolder } = readConfig(process.env, process.cwd());
  let answer = await askServer(dataFolder, question, tell);
  if (!answer) {
    const house = await openHouse({ folder: dataFolder, purpose: 'vivier', log: createLog() });
    try {
      answer = await administer(house, question, tell ? { tell } : {});
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
