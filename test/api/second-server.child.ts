// Starts a server on a folder that another process holds, and says what came of it.
import { silentLog, start } from '@vivier/server';

const [, , dataFolder = ''] = process.argv;
try {
  const options = { host: '127.0.0.1', port: 0, publicUrl: '', log: silentLog };
  await start({ ...options, dataFolder });
  process.exitCode = 0;
} catch (error) {
  process.stdout.write(String(error));
  process.exitCode = 3;
}
