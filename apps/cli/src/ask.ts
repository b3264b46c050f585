import { request } from 'node:http';
import {
  administer,
  createLog,
  openHouse,
  readConfig,
  socketPath,
  type AdministrationAnswer,
  type AdministrationRequest,
} from '@vivier/server';

/** Asks the server that holds the folder; undefined where none listens. */
const askServer = (
  folder: string,
  question: AdministrationRequest,
): Promise<AdministrationAnswer | undefined> =>
  new Promise((resolve, reject) => {
    const sending = request({ socketPath: socketPath(folder), method: 'POST' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')) as AdministrationAnswer);
      });
    });
    sending.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') resolve(undefined);
      else reject(error);
    });
    sending.end(JSON.stringify(question));
  });

/**
 * Has something administered: by the server when one runs on the folder, otherwise by opening the
 * folder here. A refusal is printed and undefined is returned.
 *
 * @throws FolderOwned
 */
export const ask = async (
  question: AdministrationRequest,
): Promise<Readonly<Record<string, string>> | undefined> => {
  const { dataFolder } = readConfig(process.env, process.cwd());
  let answer = await askServer(dataFolder, question);
  if (!answer) {
    const house = await openHouse({ folder: dataFolder, purpose: 'vivier', log: createLog() });
    try {
      answer = await administer(house, question);
    } finally {
      await house.close();
    }
  }
  if ('done' in answer) return answer.done;
  console.error(`${answer.message} ${answer.remedy}`);
  process.exitCode = 1;
  return undefined;
};
