// npm run vivier -- <command>: the command line, built first; standard output is the command's own.
import { build, runCommand } from './build-and-run.mjs';
import { ensureInstalled } from './install.mjs';

const say = (line) => console.error(line);
const node = await ensureInstalled(say);
await build(node, say);
const { code } = await runCommand(node, process.argv.slice(2));
process.exitCode = code;
