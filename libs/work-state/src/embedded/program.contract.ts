import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../../../..');
const FLAGS = ['--expose-gc', '--import', './tools/swc-hook.mjs', '--conditions=@vivier/source'];

/** A program in a process of its own. */
export interface RunningProgram {
  readonly pid: number;
  /** What it prints. */
  readonly lines: AsyncIterable<string>;
  /** Ends it as a crash would. */
  kill(): void;
  /** Resolves once it has ended. */
  readonly gone: Promise<unknown>;
}

/** Runs a module's text on the sources, with the packages of this repository at hand. */
export const runProgram = (text: string): RunningProgram => {
  const child = spawn(process.execPath, [...FLAGS, '--input-type=module', '-e', text], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return {
    pid: child.pid ?? 0,
    lines: createInterface(child.stdout),
    kill: () => void child.kill('SIGKILL'),
    gone: once(child, 'exit'),
  };
};
