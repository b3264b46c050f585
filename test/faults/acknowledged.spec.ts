import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leave, lifetime, settle, type Child } from './lives.ts';
import { isLong } from './seeded.ts';

const TRACE = ['-f', '-y', '-qq', '-s', '32', '-e', 'trace=pwrite64,fdatasync,fsync,write'];
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** It may be missing, or the system may not let it look at other processes. */
const isThere = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** Runs a program under strace, which writes what it saw into a file. */
const traced = (trace: string, program: string, ...args: readonly string[]) =>
  spawn(
    'strace',
    [
      ...[...TRACE, '-o', trace, process.execPath, '--disable-warning=ExperimentalWarning'],
      ...['--import', new URL('../../tools/swc-hook.mjs', import.meta.url).href],
      ...['--conditions=@vivier/source', here(program), ...args],
    ],
    { cwd: here('../..'), stdio: 'pipe' },
  );

/**
 * Follows a trace: what has been written to the log and not yet synchronised, and what was told
 * meanwhile.
 *
 * @param isAnswer whether a line of the program's standard output acknowledges something
 */
const judged = (
  trace: string,
  isLog: RegExp,
  isAnswer: RegExp,
): { readonly answers: number; readonly tooEarly: readonly string[] } => {
  let [answers, isDirty] = [0, false];
  const tooEarly: string[] = [];
  /** Threads that wait for the end of a call on the log. */
  const waiting = new Set<string>();
  for (const line of trace.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, name = '', file = ''] = /^(pwrite64|fdatasync|fsync)\(\d+<([^>]*)>/.exec(call) ?? [];
    if (isLog.test(file)) {
      if (name === 'pwrite64') isDirty = true;
      else if (call.includes('<unfinished')) waiting.add(thread);
      else isDirty &&= !call.endsWith('= 0');
    } else if (/^<\.\.\. f(data)?sync resumed>/.test(call) && waiting.delete(thread))
      isDirty &&= !call.endsWith('= 0');
    else if (isAnswer.test(call)) {
      answers += 1;
      if (isDirty) tooEarly.push(line);
    }
  }
  return { answers, tooEarly };
};

let folder: string;
let trace: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-traced-'));
  trace = join(folder, 'trace');
});
afterEach(() => rm(folder, { recursive: true }));

const APPENDS = isLong ? '400' : '20';

/** A test is skipped aloud: its title says why. */
const cases = isThere
  ? { run: test, why: '' }
  : { run: test.skip, why: ' (skipped: strace is not installed, or may not trace)' };

cases.run(
  `no append is acknowledged before the log is synchronised${cases.why}`,
  async () => {
    const child = traced(
      trace,
      '../../libs/event-store/src/embedded/crash.child.mjs',
      ...[join(folder, 'log.db'), 'after-commit', APPENDS],
    );
    child.stdout.resume();
    await once(child, 'close');
    const told = await readFile(trace, 'utf8');
    const seen = judged(told, /log\.db-wal$/, /^write\(1<[^>]*>, "done /);
    expect(seen.tooEarly).toEqual([]);
    // Eight writers share each commit, and the last one is not told any more.
    expect(seen.answers).toBeGreaterThan(4 * Number(APPENDS));

    // The same trace, had the log not been synchronised: the eye that looked is not blind.
    const without = told.replaceAll(/^\d+ +f(data)?sync.*$/gm, '');
    const { tooEarly } = judged(without, /log\.db-wal$/, /^write\(1<[^>]*>, "done /);
    expect(tooEarly).toHaveLength(seen.answers);
  },
  120_000,
);

cases.run(
  `no command of the whole product is answered before the log and the keys are synchronised${cases.why}`,
  async () => {
    const place = await settle();
    const process = traced(trace, './lives.child.mjs');
    const child: Child = { process, errors: () => '', closed: once(process, 'close') };
    // One life, up to its third deposit, where it dies by itself.
    const heard = await lifetime(child, place, {
      prefix: 'traced',
      end: { point: 'after-commit', nth: 12 },
    });
    const seen = judged(
      await readFile(trace, 'utf8'),
      /(log|keys)\.sqlite-wal$/,
      /^write\(1<[^>]*>, "\{\\"kind\\":\\"done\\"/,
    );
    expect(seen.tooEarly).toEqual([]);
    expect(seen.answers).toBe(heard.filter(({ kind }) => kind === 'done').length);
    expect(seen.answers).toBeGreaterThan(5);
    await leave(place);
  },
  120_000,
);
