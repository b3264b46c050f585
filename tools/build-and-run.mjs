// Builds the server and the command line, then runs `vivier` with the given arguments.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './install.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** A terminal sends Ctrl-C to the child as well; what comes from elsewhere is passed on, once. */
function onceUnlessFromTerminal() {
  let passed = false;
  return (child, signal) => {
    if (passed || (signal === 'SIGINT' && process.stdin.isTTY === true)) return;
    passed = true;
    child.kill(signal);
  };
}

/** npm runs scripts in a shell that dies of SIGTERM without passing it on: notices, and acts for it. */
function whenNpmIsGone(act) {
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Runs a program to its end with this terminal. Resolves with its exit code; a signal that ended
 * it counts as 128 + its number, as shells have it.
 */
export function run(node, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { cwd: root, stdio: 'inherit', ...options });
    const forward = options.forward ?? onceUnlessFromTerminal();
    const listeners = SIGNALS.map((signal) => [signal, () => forward(child, signal)]);
    for (const [signal, listener] of listeners) process.on(signal, listener);
    const unwatch = whenNpmIsGone(() => forward(child, 'SIGTERM'));
    const end = (code, signal) => {
      unwatch();
      for (const [name, listener] of listeners) process.removeListener(name, listener);
      resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0), signal });
    };
    child.on('error', (error) => {
      console.error(`${node}: ${error.message}`);
      end(1, null);
    });
    child.on('close', end);
  });
}

/** Ends this process as a signal would have, so that npm does not report an error of its own. */
export function endBy(signal) {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/**
 * Compiles what has changed since the last time; under a second when nothing has.
 * @param {(line: string) => void} say where progress goes
 */
export async function build(node, say) {
  const started = Date.now();
  say('Building …');
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, signal } = await run(node, [tsc, '-b', 'apps/server', 'apps/cli'], {
    // The compiler's messages must not end up in what a command prints.
    stdio: ['ignore', 2, 2],
  });
  if (signal !== null) endBy(signal);
  if (code !== 0) {
    console.error('The build failed; the compiler says above where.');
    process.exit(1);
  }
  say(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

const tool = (name) => pathToFileURL(path.join(root, 'tools', name)).href;

/** With what Node runs `vivier`: source maps for its stack traces, and a start that is not slow. */
export const vivier = [
  '--import',
  tool('quick-start.mjs'),
  path.join(root, 'apps', 'cli', 'dist', 'main.js'),
];

/** Runs a command of `vivier`, which shares this terminal, so that it may ask for a password. */
export function runCommand(node, args) {
  return run(node, [...vivier, ...args], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  });
}

/**
 * Runs the server. It gets a process group of its own, because npm, the terminal and a supervisor
 * may each send the same signal and a server takes a second one for impatience: this passes on the
 * first alone. The channel tells the server to stop when this process is gone without a word.
 */
export function runServer(node, args) {
  let asked;
  const forward = (child, signal) => {
    if (asked !== undefined) return;
    asked = signal;
    child.kill(signal);
  };
  const together = tool('stop-with-parent.mjs');
  const ended = run(node, ['--import', together, ...vivier, 'serve', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
    forward,
  });
  // Stopped before it could say so properly (Ctrl-C while it starts): that is still a clean stop.
  return ended.then(({ code, signal }) => (asked !== undefined && signal === asked ? 0 : code));
}
