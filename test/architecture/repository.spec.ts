import path from 'node:path';
import { files, folders, importedPackages, manifest, packages, read, root } from './tree.ts';

const isSource = (file: string): boolean => /\.(ts|tsx|mjs)$/.test(file);
const isTest = (file: string): boolean =>
  /\.(spec|contract|fixtures)\.ts$|\/contract\.ts$|\/src\/testing\//.test(file) ||
  file.startsWith('test/');

describe('Folders are named after what they hold,', () => {
  const VAGUE = /(^|\/)(core|common|shared|utils?|helpers?|infrastructure|misc)$/;

  test('so none is called core, common, shared, utils, helpers or infrastructure.', () => {
    expect(folders.filter((folder) => VAGUE.test(folder))).toEqual([]);
  });

  test('and the pattern that says so finds one wherever it stands.', () => {
    const found = [
      'libs/core',
      'utils',
      'apps/server/src/helpers',
      'libs/scores',
      'libs/util',
    ].filter((folder) => VAGUE.test(folder));
    expect(found).toEqual(['libs/core', 'utils', 'apps/server/src/helpers', 'libs/util']);
  });
});

describe('A file is short enough to be read at once,', () => {
  const LONGEST = 300;
  /** A suite is a list of cases, read one at a time. */
  const LONGEST_SUITE = 550;
  const isSuite = (file: string): boolean => /\.(spec|contract)\.ts$|\/contract\.ts$/.test(file);
  /** File → why it is longer. A line here is a decision, not a habit. */
  const LONGER: Readonly<Record<string, string>> = {
    'test/architecture/samples.ts': 'a list of small texts, read one at a time',
  };
  const long = files
    .filter(isSource)
    .map((file) => ({ file, lines: read(file).split('\n').length - 1 }))
    .filter(({ file, lines }) => lines > (isSuite(file) ? LONGEST_SUITE : LONGEST));

  test('so none has more than 300 lines, or a suite 550, without a reason.', () => {
    const unexplained = long.filter(({ file }) => LONGER[file] === undefined);
    expect(unexplained.map(({ file, lines }) => `${file}: ${lines}`)).toEqual([]);
  });

  test('and no reason outlives its file.', () => {
    const stillLong = long.map(({ file }) => file);
    expect(Object.keys(LONGER).filter((file) => !stillLong.includes(file))).toEqual([]);
  });
});

describe('Every dependency has one version,', () => {
  const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
  const own = manifest('');
  const pins = [own.dependencies, own.devDependencies, own.optionalDependencies, own.overrides]
    .flatMap((kind) => Object.entries(kind ?? {}))
    .flatMap(([name, pin]) =>
      typeof pin === 'string'
        ? [[name, pin] as const]
        : Object.entries(pin).map(([below, version]) => [`${name} > ${below}`, version] as const),
    );

  test('so the project pins exactly.', () => {
    expect(pins.length).toBeGreaterThan(20);
    expect(pins.filter(([, pin]) => !EXACT.test(pin))).toEqual([]);
  });

  test('and it is written in the root alone: packages name only one another.', () => {
    const foreign = packages.flatMap((folder) => {
      const { dependencies = {}, devDependencies = {} } = manifest(folder);
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([name, pin]) => !name.startsWith('@vivier/') || pin !== '*')
        .map(([name, pin]) => `${folder}: ${name} ${pin}`);
    });
    expect(foreign).toEqual([]);
  });
});

describe.each(packages.filter((folder) => folder !== 'test'))('The package %s', (folder) => {
  const { name, dependencies = {} } = manifest(folder);
  const declared = Object.keys(dependencies).sort();
  const sources = files.filter(
    (file) => file.startsWith(`${folder}/`) && file.endsWith('.ts') && !isTest(file),
  );
  const imported = new Set(sources.flatMap((file) => importedPackages(read(file))));

  test('declares the packages of this repository that it imports, and no others.', () => {
    const used = [...imported].filter((it) => it.startsWith('@vivier/') && it !== name).sort();
    expect(declared).toEqual(used);
  });

  test('is built after what it depends on.', () => {
    const { references } = JSON.parse(read(`${folder}/tsconfig.json`)) as {
      references: readonly { path: string }[];
    };
    const built = references.map(({ path: to }) => manifest(path.posix.join(folder, to)).name);
    expect(built.sort()).toEqual(declared);
  });

  test('runs on dependencies that are there without the development packages.', () => {
    const { dependencies: present = {}, devDependencies: more = {} } = manifest('');
    // What tests are written in is itself only there for tests.
    const extra = folder === 'libs/testing' ? more : {};
    const missing = [...imported].filter(
      (it) => !it.startsWith('@vivier/') && !(it in present) && !(it in extra),
    );
    expect(missing).toEqual([]);
  });
});

describe('The repository tells nothing of the machine it was written on:', () => {
  const TOPS = ['home', 'Users', 'root', 'work', 'workspace', 'workspaces', 'builds', 'private'];
  const MACHINE = new RegExp(String.raw`(?<![\w.$}*)\]@-])/(?:${TOPS.join('|')})/[\w.-]+`);

  test('no file holds the absolute path of a home or a working folder.', () => {
    const texts = files.filter((file) =>
      /\.(ts|tsx|mjs|json|md|ya?ml|html|graphql)$|\/run$/.test(file),
    );
    const telling = texts.filter((file) => MACHINE.test(read(file)));
    expect(telling).toEqual([]);
    expect(texts.some((file) => MACHINE.test(root) && read(file).includes(root))).toBe(false);
  });

  test('and the pattern that says so knows such a path from an ordinary one.', () => {
    const [top] = TOPS;
    expect(MACHINE.test(`see /${top}/ada/project`)).toBe(true);
    expect(MACHINE.test(`'/${top}/ada'`)).toBe(true);
    for (const one of TOPS)
      expect(MACHINE.test(`../${one}/item libs/${one}/x https://example.org/${one}/x`)).toBe(false);
  });
});

describe('What is built for a requirement is tested for it,', () => {
  const cited = (of: readonly string[]): Set<string> =>
    new Set(of.flatMap((file) => read(file).match(/\b[RXF]-\d{2,3}\b/g) ?? []));
  const isSpec = (file: string): boolean => /\.(spec|contract)\.ts$|\/contract\.ts$/.test(file);
  const inHouse = files.filter((file) => /^(apps|libs|projections|sagas|test)\/.*\.ts$/.test(file));

  test('so every number that the code cites is cited by a spec.', () => {
    const bySource = cited(inHouse.filter((file) => !isSpec(file) && !file.startsWith('test/')));
    const bySpecs = cited(inHouse.filter(isSpec));
    expect(bySource.size).toBeGreaterThan(10);
    expect([...bySource].filter((number) => !bySpecs.has(number))).toEqual([]);
  });
});
