import { request } from 'node:http';
import { registered, staffed } from '../support/people.ts';
import { running } from '../support/running.ts';

/** A house in which somebody is in the middle of sending a file. */
const inMidUpload = async (patience?: number) => {
  const house = await running(patience === undefined ? {} : { patience });
  const maison = await staffed(house);
  const { client } = await registered(house, maison, await maison.invite(), {
    fullName: 'Ada Exemple',
    email: 'ada@example.org',
  });
  const { url } = await client.do('requestUpload');
  const upload = request(url ?? '', { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } });
  const answered = new Promise<number>((resolve) => {
    upload.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    upload.on('error', () => resolve(0));
  });
  const arrived = new Promise<void>((resolve) => {
    const { files } = house.server.house;
    const receive = files.receive.bind(files);
    Object.assign(files, {
      receive: (...given: Parameters<typeof receive>) => {
        resolve();
        return receive(...given);
      },
    });
  });
  upload.write('{\\rtf1 A curriculum ');
  await arrived;
  return { house, upload, answered };
};

test('A stop lets what runs end, takes nothing more in, and says so first', async () => {
  const { house, upload, answered } = await inMidUpload();
  const { url } = house.server;
  const stopped = house.server.stop();

  const ready = await fetch(`${url}/health/ready`);
  expect({ status: ready.status, body: await ready.json() }).toEqual({
    status: 503,
    body: { status: 'stopping' },
  });
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  const refused = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('connection')).toBe('close');
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({
    errors: [{ extensions: { code: 'ShuttingDown', retry: 'later' } }],
  });

  upload.end('vitae.}');
  expect(await answered).toBe(201);
  await stopped;
  await expect(fetch(`${url}/health/live`)).rejects.toThrow();
}, 60_000);

test('A stop does not wait for a peer that stalls', async () => {
  const { house, answered } = await inMidUpload(1);
  await house.server.stop();
  expect(await answered).not.toBe(201);
}, 60_000);
