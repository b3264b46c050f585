// Takes an upload in and dies at the place that its arguments name; the spec beside it looks at what is
// left. Prints the token first.
import fs, { writeSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fixedCipher } from '../testing/sealing.ts';

const [folder, database, request, content, dieAt] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

if (dieAt === 'settled') {
  const { renameSync } = fs;
  fs.renameSync = (...paths) => {
    renameSync(...paths);
    die();
  };
  syncBuiltinESMExports();
}
const { openFiles } = await import('./open-files.ts');
const files = await openFiles({
  folder,
  database,
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
  const bytes = fs.readFileSync(content);
  yield bytes.subarray(0, 100_000);
  if (dieAt === 'transfer') die();
  yield bytes.subarray(100_000);
}
await files.receive(token, transfer());
if (dieAt === 'completed') die();
