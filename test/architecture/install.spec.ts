import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closingLines } from '../../tools/closing-line.mjs';
import { isInstalled, thisMachine, whyNot } from '../../tools/install.mjs';

const linux = { platform: 'linux', arch: 'x64', version: 'v20.20.0', glibc: '2.36' };

describe('Before anything is installed, a machine that will not do is told why:', () => {
  test('Linux on x64 brings its own Node, so that 20.20 is enough to begin with.', () => {
    expect(whyNot(linux)).toBeUndefined();
    expect(whyNot({ ...linux, version: 'v20.19.9' })).toContain('Node 20.20 or newer');
    expect(whyNot({ ...linux, version: 'v18.99.0' })).toContain('this is 18.99.0');
  });

  test.each([
    ['darwin', 'arm64'],
    ['win32', 'x64'],
    ['linux', 'arm64'],
  ])('%s on %s runs on the Node of the machine, which must be 24.9 or newer.', (platform, arch) => {
    const machine = { platform, arch, glibc: undefined };
    expect(whyNot({ ...machine, version: 'v24.9.0' })).toBeUndefined();
    expect(whyNot({ ...machine, version: 'v26.0.0' })).toBeUndefined();
    expect(whyNot({ ...machine, version: 'v24.8.9' })).toContain('Node 24.9 or newer');
  });

  test('Alpine is named, because the Node that comes along would not start there.', () => {
    expect(whyNot({ ...linux, glibc: undefined })).toContain('Alpine');
  });

  test('Each reason is one sentence.', () => {
    const reasons = [
      whyNot({ ...linux, version: 'v16.0.0' }),
      whyNot({ ...linux, glibc: undefined }),
    ];
    for (const reason of reasons) expect(reason).toMatch(/^[^\n]*[^.\n]\.$/);
  });

  test('The machine that runs this test will do.', () => {
    expect(whyNot(thisMachine())).toBeUndefined();
  });
});

describe('An installation is known', () => {
  const lockfile = (version: string): string =>
    JSON.stringify({ packages: { 'node_modules/a': { version, integrity: `sha512-${version}` } } });
  let folder: string;
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'vivier-installed-'));
    put('package.json', '{}');
    put('package-lock.json', lockfile('1.0.0'));
    put('node_modules/a/package.json', '{}');
    put('node_modules/.package-lock.json', lockfile('1.0.0'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('by what npm recorded, so that whoever ran npm by hand does not wait again.', () => {
    expect(isInstalled(folder)).toBe(true);
    put('package-lock.json', lockfile('2.0.0'));
    put('node_modules/.package-lock.json', lockfile('2.0.0'));
    expect(isInstalled(folder)).toBe(true);
  });

  test('to be outdated when the lockfile asks for something else.', () => {
    expect(isInstalled(folder)).toBe(true);
    put('package-lock.json', lockfile('2.0.0'));
    expect(isInstalled(folder)).toBe(false);
  });

  test('to have been interrupted when npm left no record.', () => {
    rmSync(path.join(folder, 'node_modules/.package-lock.json'));
    expect(isInstalled(folder)).toBe(false);
  });

  test('to be damaged when a package is gone, whatever the record says.', () => {
    expect(isInstalled(folder)).toBe(true);
    rmSync(path.join(folder, 'node_modules/a'), { recursive: true });
    expect(isInstalled(folder)).toBe(false);
  });
});

describe('A test run ends with its totals,', () => {
  const results = {
    numPassedTests: 12,
    numFailedTests: 0,
    numPendingTests: 2,
    numTodoTests: 1,
    numRuntimeErrorTestSuites: 0,
  };

  test('alone on the last line.', () => {
    expect(closingLines(results)).toEqual(['12 passed, 0 failed, 3 skipped']);
  });

  test('where a file that could not be run is a failure.', () => {
    expect(closingLines({ ...results, numRuntimeErrorTestSuites: 2 })).toEqual([
      'Test files that could not be run: 2.',
      '12 passed, 2 failed, 3 skipped',
    ]);
  });
});
