// npm start: installs what is missing, builds, and serves until Ctrl-C.
import { build, runServer } from './build-and-run.mjs';
import { ensureInstalled } from './install.mjs';

const say = (line) => console.log(line);
const node = await ensureInstalled(say);
await build(node, say);
process.exitCode = await runServer(node, process.argv.slice(2));
