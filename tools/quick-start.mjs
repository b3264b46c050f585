// Loaded into the program before anything else by `npm start` and `npm run vivier`: keeps, from one start
// to the next, where each module was found and what it compiles to. There are some two thousand, and to
// find them anew takes longer than everything else that a start does. It is kept within `node_modules`,
// so that it goes with the packages that it is about; what is not kept is found as Node finds it.
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import {
  enableCompileCache,
  flushCompileCache,
  registerHooks,
  setSourceMapsSupport,
} from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const rootUrl = pathToFileURL(root).href.replace(/\/?$/, '/');
const packages = path.join(root, 'node_modules');
const folder = path.join(packages, '.cache', 'vivier-start');
/** So long after the last module was found, in ms, it is written down: a server may end without a word. */
const QUIET = 2_000;

/** Flags with which a module may be another one. */
const ODD_FLAGS = /--(conditions|preserve-symlinks|experimental-default-type)|(^|\s)-C/;

/**
 * A name for all that decides where modules lie: this Node, what npm installed, and what the packages of
 * this repository offer. Under another name nothing of this one is used.
 */
function nameOfInstall() {
  const own = readdirSync(path.join(packages, '@vivier')).sort();
  const deciding = [
    path.join(packages, '.package-lock.json'),
    ...own.map((name) => path.join(packages, '@vivier', name, 'package.json')),
  ];
  const states = deciding.map((file) => {
    const { mtimeMs, size } = statSync(file);
    return [file, mtimeMs, size];
  });
  const all = JSON.stringify([process.version, process.arch, states]);
  return createHash('sha256').update(all).digest('hex').slice(0, 32);
}

/** For each module, by how and for what it asks: what was found, and as what it is read if that is known. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

function write(file, found) {
  mkdirSync(folder, { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, JSON.stringify(found));
  renameSync(beside, file);
  for (const name of readdirSync(folder))
    if (name.endsWith('.json') && path.join(folder, name) !== file) rmSync(path.join(folder, name));
}

function keepWhatIsFound() {
  const file = path.join(folder, `${nameOfInstall()}.json`);
  const kept = read(file);
  const within = (url) => (url?.startsWith(rootUrl) ? url.slice(rootUrl.length) : undefined);
  let timer;

  const writeNow = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    try {
      write(file, kept);
      flushCompileCache();
    } catch {
      // Where nothing can be written, the next start takes as long as this one.
    }
  };
  process.once('exit', writeNow);

  registerHooks({
    resolve(specifier, context, next) {
      const parent = within(context.parentURL);
      if (parent === undefined || specifier.startsWith('node:')) return next(specifier, context);
      const asked = `${context.conditions.includes('require') ? 'require' : 'import'} ${specifier}`;
      const before = kept[parent]?.[asked];
      if (before) {
        const [place, format] = before;
        return { url: rootUrl + place, ...(format && { format }), shortCircuit: true };
      }
      const found = next(specifier, context);
      const place = within(found.url);
      if (place !== undefined) {
        (kept[parent] ??= {})[asked] = found.format ? [place, found.format] : [place];
        clearTimeout(timer);
        timer = setTimeout(writeNow, QUIET).unref();
      }
      return found;
    },
  });
}

// Stack traces name lines of our sources; to look for those of packages would take long, too.
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
try {
  if (!ODD_FLAGS.test([...process.execArgv, process.env.NODE_OPTIONS].join(' '))) {
    enableCompileCache(path.join(folder, 'compiled'));
    keepWhatIsFound();
  }
} catch {
  // Not installed by npm, or not as it does: everything is found as Node finds it.
}
