import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const hook = new URL('../../tools/swc-hook.mjs', import.meta.url).href;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tests' own servers are not the program's, unless it is told so. */
const noServers = { EVENTSTORE_URL: '', MONGODB_URL: '' };

/** Runs a TypeScript program beside the specs as a process of its own, on the sources. */
export const child = (
  program: URL,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams =>
  spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--import',
      hook,
      '--conditions=@vivier/source',
      fileURLToPath(program),
      ...args,
    ],
    { cwd: root, stdio: 'pipe', env: { ...process.env, ...noServers, ...env } },
  );

/** Runs it to its end; `output` is all that it wrote, to both of its outputs. */
export const runToEnd = (
  program: URL,
  args: readonly string[],
  {
    env,
    input = '',
  }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string } = {},
): Promise<{ readonly code: number | null; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const process = child(program, args, env);
    process.stdin.end(input);
    let output = '';
    const hear = (piece: Buffer): void => {
      output += piece.toString('utf8');
    };
    process.stdout.on('data', hear);
    process.stderr.on('data', hear);
    process.once('error', reject).once('close', (code) => resolve({ code, output }));
  });
