// Takes people in and forgets some, and writes all that its own heap holds, once before and once
// after. Names come and go as bytes in hex, so that nothing but the directory ever holds them.
import { writeHeapSnapshot } from 'node:v8';
import { openDirectory } from './directory.ts';

const [before, after, shared, ...forgotten] = process.argv.slice(2);
const directory = openDirectory();
const person = (id, hex) => ({
  personId: `person-${id}`,
  namedBy: 'sample',
  name: Buffer.from(hex, 'hex').toString(),
});
directory.put(forgotten.map((hex, id) => person(id, hex)));
// Somebody who stays shares a word with the first of them.
directory.put([person('stays', shared)]);
const found = () => forgotten.map((hex) => directory.list({ search: person('', hex).name }).length);

const wereFound = found();
writeHeapSnapshot(before);
forgotten.forEach((_, id) => directory.remove(`person-${id}`));
const areFound = found();
writeHeapSnapshot(after);
process.stdout.write(JSON.stringify({ wereFound, areFound, size: directory.size }));
