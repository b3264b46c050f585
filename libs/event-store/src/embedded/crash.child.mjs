// Appends until it is killed. Every line on its standard output is one acknowledged append; the spec
// beside it compares them with what the file holds afterwards.
import { writeSync } from 'node:fs';
import { openEmbeddedEventStore } from './open.ts';

const [file, dieAt, dieAfter] = process.argv.slice(2);
let passed = 0;
const faults = {
  at(point) {
    if (point === dieAt && ++passed === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
  },
};
const store = await openEmbeddedEventStore({ file, faults });

async function write() {
  for (;;) {
    const stream = `sample-${crypto.randomUUID()}`;
    for (let expected = 'none', count = 0; count < 10; count++) {
      const id = crypto.randomUUID();
      const [data, metadata] = [Buffer.alloc(400, id), Buffer.from('{}')];
      const event = { id, type: 'SampleTaken.v1', contentType: 'application/json', data, metadata };
      writeSync(1, `sent ${id} ${stream}\n`);
      const { revision, position } = await store.append('o', stream, expected, [event]);
      writeSync(1, `done ${id} ${stream} ${revision} ${position}\n`);
      expected = revision;
    }
  }
}
await Promise.all(Array.from({ length: 8 }, write));
