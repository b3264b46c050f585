// A server of its own log in a process of its own, to be killed and started again. The first line on its
// standard output is its port; SIGTERM stops it in good order.
import { openEmbeddedEventStore } from '../index.ts';
import { serveEventStoreProtocol } from './index.ts';

const [file, port = '0', readOnly] = process.argv.slice(2);
const log = await openEmbeddedEventStore({ file });
const server = await serveEventStoreProtocol({
  log,
  port: Number(port),
  readOnly: readOnly === 'read-only',
  report: (error) => console.error(error),
});
process.once('SIGTERM', async () => {
  await server.close();
  await log.close();
});
console.log(server.port);
