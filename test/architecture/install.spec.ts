import { closingLines } from '../../tools/closing-line.mjs';
import { thisMachine, whyNot } from '../../tools/install.mjs';

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
