// Lets Node run the TypeScript sources as they are, decorator metadata included:
//   node --enable-source-maps --import ./tools/swc-hook.mjs --conditions=@vivier/source some.ts
// Node's own type stripping refuses decorators, and esbuild emits no metadata for NestJS.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

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

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !/\.ts$/.test(url.split('?')[0])) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), { ...options, filename });
    return { format: 'module', shortCircuit: true, source: code };
  },
});
