import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vivier } from '../../tools/build-and-run.mjs';
import { product } from '../bench/processes.ts';

const tool = fileURLToPath(new URL('../../tools/quick-start.mjs', import.meta.url));
let root: string;
const at = (...parts: readonly string[]): string => path.join(root, ...parts);
const write = (place: string, content: string): void => {
  mkdirSync(path.dirname(at(place)), { recursive: true });
  writeFileSync(at(place), content);
};
const thingIs = (main: string): void =>
  write('node_modules/thing/package.json', JSON.stringify({ name: 'thing', main }));
const kept = (): string[] =>
  existsSync(at('node_modules/.cache/vivier-start'))
    ? readdirSync(at('node_modules/.cache/vivier-start')).filter((name) => name.endsWith('.json'))
    : [];
const keptFile = (): string => at('node_modules/.cache/vivier-start', kept()[0] ?? '');

/** Runs a program as the tool is meant to be used, and gives what it prints. */
const run = async (program = 'main.mjs', ...flags: readonly string[]): Promise<string> => {
  const args = [...flags, '--import', at('tools/quick-start.mjs'), at(program)];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return (stdout + stderr).trim();
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'quick start-'));
  mkdirSync(at('tools'));
  cpSync(tool, at('tools/quick-start.mjs'));
  write('node_modules/.package-lock.json', '{}');
  write('node_modules/@vivier/own/package.json', '{}');
  write('node_modules/thing/one.cjs', 'module.exports = "one, " + require("./part.cjs");');
  write('node_modules/thing/two.cjs', 'module.exports = "two, " + require("./part.cjs");');
  write('node_modules/thing/part.cjs', 'module.exports = "of a thing";');
  write('main.mjs', 'import thing from "thing"; console.log(thing);');
  thingIs('one.cjs');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('Where a module was found is kept, and the next start does not look for it.', async () => {
  expect(await run()).toBe('one, of a thing');
  expect(kept()).toHaveLength(1);
  const found = JSON.parse(readFileSync(keptFile(), 'utf8')) as Record<string, object>;
  expect(found).toEqual({
    'main.mjs': { 'import thing': ['node_modules/thing/one.cjs', 'commonjs'] },
    'node_modules/thing/one.cjs': { 'require ./part.cjs': ['node_modules/thing/part.cjs'] },
  });
  // Nobody edits a package: this tells that it was not looked at.
  thingIs('two.cjs');
  expect(await run()).toBe('one, of a thing');
});

test.each([
  ['An install', 'node_modules/.package-lock.json'],
  ['What a package of this repository offers', 'node_modules/@vivier/own/package.json'],
])('%s makes it look anew, and what was kept before goes.', async (_, place) => {
  await run();
  const [before] = kept();
  thingIs('two.cjs');
  write(place, '{"changed":true}');
  expect(await run()).toBe('two, of a thing');
  expect(kept()).toHaveLength(1);
  expect(kept()).not.toContain(before);
});

test('What is found later is kept beside what was found before.', async () => {
  write(
    'later.mjs',
    'const { default: thing } = await import("thing"); console.log("later", thing);',
  );
  await run();
  expect(await run('later.mjs')).toBe('later one, of a thing');
  const found = JSON.parse(readFileSync(keptFile(), 'utf8')) as Record<string, object>;
  expect(Object.keys(found)).toEqual(expect.arrayContaining(['main.mjs', 'later.mjs']));
});

test('Where modules may be other ones, nothing is kept.', async () => {
  expect(await run('main.mjs', '--conditions=other')).toBe('one, of a thing');
  expect(kept()).toEqual([]);
});

test('What cannot be read or written costs time and nothing else.', async () => {
  await run();
  writeFileSync(keptFile(), '{"main.mjs": {"import th');
  thingIs('two.cjs');
  expect(await run()).toBe('two, of a thing');

  rmSync(at('node_modules/.cache'), { recursive: true });
  writeFileSync(at('node_modules/.cache'), 'a file where the folder should be');
  expect(await run()).toBe('two, of a thing');

  rmSync(at('node_modules/.package-lock.json'));
  expect(await run()).toBe('two, of a thing');
});

test('A stack trace names the lines of the sources.', async () => {
  const map = { version: 3, sources: ['source.ts'], names: [], mappings: 'AAMA' };
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
  write(
    'main.mjs',
    `console.log(new Error().stack);\n//# sourceMappingURL=data:application/json;base64,${encoded}\n`,
  );
  expect(await run()).toMatch(/source\.ts:7:/);
});

test('The bench starts the product as `npm start` does.', () => {
  expect(product).toEqual(vivier);
});
