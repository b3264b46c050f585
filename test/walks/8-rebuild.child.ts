// A server whose rebuilds stand still once they have taken in a page, so that it can be killed there.
import { silentLog, start } from '@vivier/server';

const [, , dataFolder = ''] = process.argv;
const options = { host: '127.0.0.1', port: 0, publicUrl: '', log: silentLog, demo: true };
const { url, demoInvitation } = await start({
  ...options,
  dataFolder,
  duringRebuild: () => new Promise(() => undefined),
});
process.stdout.write(`${JSON.stringify({ url, demoInvitation })}\n`);
