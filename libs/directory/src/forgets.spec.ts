import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const letters = 'bcdfghjklmnpqrstvwxz';
/** A word that no program holds by chance. */
const canary = (): string =>
  Array.from({ length: 20 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
const hex = (text: string): string => Buffer.from(text).toString('hex');

test('GDPR 17: a heap snapshot shows the names of people, and nothing of those who were removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vivier-directory-'));
  const [before, after] = [join(folder, 'before.heapsnapshot'), join(folder, 'after.heapsnapshot')];
  const accented = canary();
  const gone = [canary(), canary(), `é${accented}`];
  const shared = canary();
  const names = [`${gone[0]} ${shared}`, `Ada ${gone[1]} Exemple`, gone[2]!];
  const hook = new URL('../../../tools/swc-hook.mjs', import.meta.url).href;
  const child = fileURLToPath(new URL('forgets.child.mjs', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    hook,
    '--conditions=@vivier/source',
    child,
    before,
    after,
    hex(`Who stays ${shared}`),
    ...names.map(hex),
  ]);
  expect(JSON.parse(stdout)).toEqual({ wereFound: [1, 1, 1], areFound: [0, 0, 0], size: 1 });

  const [was, is] = [await readFile(before, 'utf8'), await readFile(after, 'utf8')];
  await rm(folder, { recursive: true });
  // The name as it was given and, where it differs, the words that it is found by.
  const traces = [gone[0]!, gone[1]!, accented];
  expect(traces.filter((trace) => was.includes(trace))).toEqual(traces);
  expect(was.includes(`e${accented}`)).toBe(true);
  expect(traces.filter((trace) => is.includes(trace))).toEqual([]);
  // What is shared stays, with the person who still has it.
  expect(is.includes(`Who stays ${shared}`)).toBe(true);
});
