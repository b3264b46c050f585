// One `npm ci` at a time in this clone, quiet and interruptible.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** npm as it was called, run by the machine's own Node: the one in node_modules is about to go. */
function npmCommand(folder) {
  const { npm_execpath: cli = '', npm_node_execpath: node = '' } = process.env;
  const bin = path.join(folder, 'node_modules');
  if (/npm-cli\.c?js$/.test(cli) && node !== '' && !node.startsWith(bin) && existsSync(node))
    return { command: node, before: [cli], shell: false };
  return { command: 'npm', before: [], shell: process.platform === 'win32' };
}

function environment(folder) {
  const own = path.join(folder, 'node_modules');
  const entries = (process.env.PATH ?? '').split(path.delimiter);
  return { ...process.env, PATH: entries.filter((e) => !e.startsWith(own)).join(path.delimiter) };
}

/**
 * Runs `npm ci`, showing nothing of it but the time unless it fails.
 * @param {string} lock the file that holds the place, see {@link alone}
 * @param {(line: string) => void} say where progress goes
 * @returns {Promise<number>} its exit code
 */
export function npmCi(folder, lock, say) {
  const { command, before, shell } = npmCommand(folder);
  // Development packages too, whatever NODE_ENV says: the program is built from its sources.
  const wanted = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  return new Promise((resolve) => {
    const child = spawn(command, [...before, ...wanted], {
      cwd: folder,
      env: environment(folder),
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // npm may outlive this process, and is then the one to wait for.
    if (child.pid !== undefined) writeFileSync(lock, String(child.pid));
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const alive = setInterval(() => say(`  still installing, ${seconds()} s`), 15_000);
    // npm takes a minute to undo its work when asked to stop; the next `npm ci` begins anew anyway.
    const stop = (signal) => {
      child.kill('SIGKILL');
      say('Stopped; the next start installs again.');
      process.kill(process.pid, signal);
    };
    for (const signal of SIGNALS) process.once(signal, stop);
    const finish = (code) => {
      clearInterval(alive);
      for (const signal of SIGNALS) process.removeListener(signal, stop);
      if (code === 0) say(`Installed in ${seconds()} s.`);
      else process.stderr.write(Buffer.concat(output));
      resolve(code);
    };
    child.on('error', (error) => {
      output.push(Buffer.from(`${command}: ${error.message}\n`));
      finish(1);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}

/**
 * Waits while another `npm start` or `npm test` of this clone installs, then does the work while
 * holding the place.
 * @param {(lock: string) => Promise<void>} work
 */
export async function alone(folder, say, work) {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const lock = path.join(tmpdir(), `vivier-install-${name}`);
  for (let waited = 0; ; waited += 1) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(lock)) rmSync(lock, { force: true });
      else if (waited === 0) say('Another process is installing here; waiting for it …');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    await work(lock);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isAlive(lock) {
  try {
    const holder = Number(readFileSync(lock, 'utf8'));
    // Just created and not written yet: somebody is there.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
