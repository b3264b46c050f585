// npm run bench: installs what is missing, builds, and measures what was built.
import path from 'node:path';
import { build, endBy, run } from './build-and-run.mjs';
import { ensureInstalled, root } from './install.mjs';

const say = (line) => console.log(line);
const node = await ensureInstalled(say);
await build(node, say);
// The suite itself is TypeScript and goes through the hook; without the condition @vivier/source the
// product's packages resolve to what was built, which is what ships.
const { code, signal } = await run(node, [
  '--disable-warning=ExperimentalWarning',
  '--import',
  './tools/swc-hook.mjs',
  path.join(root, 'test', 'bench', 'main.ts'),
  ...process.argv.slice(2),
]);
if (signal !== null) endBy(signal);
process.exitCode = code;
