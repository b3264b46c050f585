// Looks for what makes `npm ci` fail, or install something else, on another machine than the one
// that wrote package-lock.json. Run by itself it checks this repository.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** From the root of the repository: of the project, and of what only `npm run test:containers` needs. */
export const lockfiles = ['package-lock.json', 'tools/containers/package-lock.json'];

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** The folder from which Node would load `name` for the package at `place`, if the lockfile has it. */
function foundFor(packages, place, name) {
  for (let folder = place; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    if (!folder.endsWith('node_modules')) {
      const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
      if (packages[candidate] !== undefined) return candidate;
    }
    if (folder === '') return undefined;
  }
}

/**
 * What is wrong with a lockfile, one sentence each; empty when nothing is.
 * @param {{ packages: Record<string, object> }} lockfile version 2 or 3
 */
export function problemsOf({ packages }) {
  const problems = [];
  for (const [place, entry] of Object.entries(packages)) {
    const fromOutside = place.includes('node_modules/') && entry.link !== true;
    // npm leaves out what the registry did not show it, and then `npm ci` refuses the lockfile.
    for (const name of Object.keys(entry.optionalDependencies ?? {}))
      if (foundFor(packages, place, name) === undefined)
        problems.push(`${place || 'the project'} may need ${name}, which has no entry.`);
    if (fromOutside && !/^sha512-/.test(entry.integrity ?? ''))
      problems.push(`${place} has no sha512 integrity.`);
    if (entry.resolved !== undefined && /^[a-z+]+:/.test(entry.resolved))
      problems.push(`${place} names the host that it came from.`);
    if (!fromOutside && entry.link !== true) problems.push(...loosePins(place, entry));
  }
  return problems;
}

/** A range lets two clones differ. Packages of this repository name one another by `*`. */
function loosePins(place, entry) {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
  return kinds.flatMap((kind) =>
    Object.entries(entry[kind] ?? {})
      .filter(([name, pin]) => (name.startsWith('@vivier/') ? pin !== '*' : !EXACT.test(pin)))
      .map(
        ([name, pin]) => `${place || 'the project'} pins ${name} to ${pin}, not to one version.`,
      ),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  for (const file of lockfiles) {
    const lockfile = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
    const problems = problemsOf(lockfile);
    for (const problem of problems) console.error(`${file}: ${problem}`);
    if (problems.length > 0) process.exit(1);
    console.log(`${file}: ${Object.keys(lockfile.packages).length} entries, all sound.`);
  }
}
