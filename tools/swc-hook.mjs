// Lets Node run the TypeScript sources as they are, decorator metadata included:
//   node --enable-source-maps --import ./tools/swc-hook.mjs --conditions=@vivier/source some.ts
// Node's own type stripping refuses decorators, and esbuild emits no metadata for NestJS.
//
// What was made of a source is kept by its content, so that the many short programs of the tests do not
// make it anew each time; removing node_modules/.cache loses nothing.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const options = {
  swcrc: false,
  configFile: false,
  sourceMaps: 'inline',
  module: { type: 'es6' },
  jsc: {
    target: 'es2023',
    keepClassNames: true,
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
  },
};
const require = createRequire(import.meta.url);
const cache = fileURLToPath(new URL('../node_modules/.cache/swc-hook', import.meta.url));
const made = path.join(cache, 'made');
/** Whatever decides what becomes of a source, beside the source. */
const kind = JSON.stringify([options, require('@swc/core/package.json').version]);

mkdirSync(made, { recursive: true });
enableCompileCache(path.join(cache, 'compiled'));

function transformed(filename) {
  const source = readFileSync(filename, 'utf8');
  const name = createHash('sha256').update(kind).update(filename).update(source).digest('hex');
  const kept = path.join(made, `${name}.mjs`);
  try {
    return readFileSync(kept, 'utf8');
  } catch {
    // Loaded where something is to be made: it takes longer than a whole small program.
    const { code } = require('@swc/core').transformSync(source, { ...options, filename });
    // Whole or not at all: others read it at the same moment.
    writeFileSync(`${kept}.${process.pid}`, code);
    renameSync(`${kept}.${process.pid}`, kept);
    return code;
  }
}

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !/\.ts$/.test(url.split('?')[0])) return next(url, context);
    return { format: 'module', shortCircuit: true, source: transformed(fileURLToPath(url)) };
  },
});
