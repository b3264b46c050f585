import { readFileSync } from 'node:fs';
import { lockfiles, problemsOf } from '../../tools/check-lockfile.mjs';

const integrity = 'sha512-AAAA';
const sound = {
  packages: {
    '': { dependencies: { compiler: '1.2.3', '@vivier/kernel': '*' } },
    'libs/kernel': { dependencies: { compiler: '1.2.3' } },
    'node_modules/@vivier/kernel': { resolved: 'libs/kernel', link: true },
    'node_modules/compiler': {
      integrity,
      optionalDependencies: { 'compiler-linux': '1.2.3', 'compiler-darwin': '1.2.3' },
    },
    'node_modules/compiler-linux': { integrity, optional: true },
    'node_modules/compiler/node_modules/compiler-darwin': { integrity, optional: true },
  },
};

const poisoned = (change: Record<string, unknown>) => {
  const packages = { ...sound.packages, ...change } as Record<string, object>;
  for (const [place, entry] of Object.entries(packages))
    if (entry === undefined) Reflect.deleteProperty(packages, place);
  return problemsOf({ packages });
};

test('A sound lockfile has no problems, be a package beside its user or below it.', () => {
  expect(problemsOf(sound)).toEqual([]);
});

test('A package for another platform that npm left out is named.', () => {
  expect(poisoned({ 'node_modules/compiler/node_modules/compiler-darwin': undefined })).toEqual([
    'node_modules/compiler may need compiler-darwin, which has no entry.',
  ]);
});

test('An entry without a checksum is named, but for links to this repository.', () => {
  expect(poisoned({ 'node_modules/compiler-linux': { optional: true } })).toEqual([
    'node_modules/compiler-linux has no sha512 integrity.',
  ]);
});

test('An entry that names the host it came from is refused.', () => {
  const resolved = 'https://registry.example/compiler-linux.tgz';
  expect(poisoned({ 'node_modules/compiler-linux': { integrity, resolved } })).toEqual([
    'node_modules/compiler-linux names the host that it came from.',
  ]);
});

test.each(['^1.2.3', '~1.2.3', '1.x', 'latest', '>=1.2.3', '*'])(
  'The range %s is no exact pin, in the project or in one of its packages.',
  (range) => {
    expect(poisoned({ '': { devDependencies: { compiler: range } } })).toEqual([
      `the project pins compiler to ${range}, not to one version.`,
    ]);
    expect(poisoned({ 'libs/kernel': { dependencies: { compiler: range } } })).toHaveLength(1);
  },
);

test.each(lockfiles)('%s of this repository is sound.', (name) => {
  const file = new URL(`../../${name}`, import.meta.url);
  const lockfile = JSON.parse(readFileSync(file, 'utf8')) as typeof sound;
  expect(problemsOf(lockfile)).toEqual([]);
});
