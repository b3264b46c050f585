// Takes an upload in and dies at the place that its arguments name; the spec beside it looks at what is
// left. Prints the token first.
import { readFileSync, writeSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import { fixedCipher } from '../testing/sealing.ts';
import { openMongoFiles } from './open.ts';

const [url, database, request, content, dieAt] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

const client = await MongoClient.connect(url);
const files = await openMongoFiles({
  db: client.db(database),
  clock: { now: () => Date.UTC(2026, 0, 1) },
  cipherFor: async () => fixedCipher(),
  contentHash: async () => {
    if (dieAt === 'sealed') die();
    return 'hash';
  },
});
const { token } = await files.requestUpload(JSON.parse(request));
writeSync(1, token);
async function* transfer() {
  const bytes = readFileSync(content);
  yield bytes.subarray(0, 400_000);
  if (dieAt === 'transfer') die();
  yield bytes.subarray(400_000);
}
await files.receive(token, transfer());
if (dieAt === 'completed') die();
