// A server whose rebuilds stand still after so many pages of the log, a thousand events each, so that it can
// be killed there.
import { silentLog, start } from '@vivier/server';

const [, , dataFolder = '', heldAfter = ''] = process.argv;
const options = { host: '127.0.0.1', port: 0, publicUrl: '', log: silentLog, demo: true };
let pages = 0;
const eventStoreUrl = process.env['EVENTSTORE_URL'] || undefined;
const mongoUrl = process.env['MONGODB_URL'] || undefined;
const { url, demoInvitation } = await start({
  ...options,
  ...(eventStoreUrl !== undefined && mongoUrl !== undefined && { eventStoreUrl, mongoUrl }),
  dataFolder,
  duringRebuild: () => {
    pages += 1;
    return pages < Number(heldAfter) ? Promise.resolve() : new Promise(() => undefined);
  },
});
process.stdout.write(`${JSON.stringify({ url, demoInvitation })}\n`);
