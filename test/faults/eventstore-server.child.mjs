// The embedded log under EventStoreDB's protocol, until it is killed; says on which port.
import { openEmbeddedEventStore } from '@vivier/event-store';
import { serveEventStoreProtocol } from '@vivier/event-store/facade';

const log = await openEmbeddedEventStore({ file: process.argv[2] });
const { port } = await serveEventStoreProtocol({ log });
process.stdout.write(`${port}\n`);
