import { migrate, silentLog } from '@vivier/server';

const [folder = '', eventStoreUrl = '', mongoUrl = '', killAfter = '', turns = '0'] =
  process.argv.slice(2);
/** After so many small pieces of work the process is gone, as with its machine; 0: it comes to its end. */
let left = Number(killAfter);

/** Some turns of the event loop later, it is in the middle of the next piece. */
const die = (later: number): void => {
  if (later > 0) setImmediate(die, later - 1);
  else process.kill(process.pid, 'SIGKILL');
};

const { moved } = await migrate({
  folder,
  eventStoreUrl,
  mongoUrl,
  log: silentLog,
  passed: () => {
    left -= 1;
    if (left === 0) die(Number(turns));
  },
});
process.stdout.write(JSON.stringify(moved));
