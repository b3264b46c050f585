// npm run bench: measures the built product, row by row, each in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { syncedAppends } from './baselines/disk.ts';
import { root } from './processes.ts';
import { linesOf, short } from './report.ts';
import { sizes, type Context, type Result, type Row } from './row.ts';
import { rows } from './rows.ts';
import { makeSeeded } from './seed/folder.ts';

const USAGE = `npm run bench -- [--quick | --full] [--json FILE] [--folder FOLDER] [--grown EVENTS] [row …]
  --quick   under a minute on two cores (default)   --full   under ten
  --json    writes all that was measured            --folder where to measure: a real disk
  --grown   events of the log on which growth looks (full: 5,000,000, some 20 minutes to make)
  rows      ${rows.map(({ name }) => name).join(', ')}`;

const SEED = 20_261_105;
/** A disk whose own rate moves by more than this makes every ratio to it worthless. */
const MOST_DRIFT = 2;
/** No disk that waits for its bytes is this fast (appends/s): a folder in memory proves nothing. */
const NO_DISK = 60_000;

/** A path as whoever called npm meant it. */
const given = (path: string): string => resolve(process.env['INIT_CWD'] ?? process.cwd(), path);

/** What a row's process is given, and gives back. */
type Told = { readonly row: string; readonly context: Context };

const inOwnProcess = async (told: Told): Promise<Result & { readonly seconds: number }> => {
  const started = performance.now();
  const child = fork(fileURLToPath(import.meta.url), ['--row'], {
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  child.send(told);
  let result: Result | undefined;
  child.on('message', (message) => (result = message as Result));
  await once(child, 'exit');
  if (!result) throw new Error(`The row ${told.row} failed.`);
  return { ...result, seconds: (performance.now() - started) / 1000 };
};

const runRow = async (): Promise<void> => {
  const [told] = (await once(process, 'message')) as [Told];
  // Whoever asked is gone: nobody waits for this row.
  process.once('disconnect', () => process.exit());
  const row = rows.find(({ name }) => name === told.row);
  if (!row || !('run' in row)) throw new Error(`There is no row ${told.row}.`);
  const result = await row.run(told.context);
  await new Promise((resolve) => process.send?.(result, resolve));
  process.disconnect();
};

const runSuite = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      json: { type: 'string' },
      folder: { type: 'string' },
      grown: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const unknown = positionals.find((name) => !rows.some((row) => row.name === name));
  if (values.help || unknown !== undefined || (values.quick && values.full)) {
    console.log(unknown === undefined ? USAGE : `There is no row ${unknown}.\n${USAGE}`);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const usual = sizes[values.full ? 'full' : 'quick'];
  const grown = values.grown === undefined ? usual.grown : Number(values.grown);
  if (!Number.isSafeInteger(grown) || grown < 1) {
    console.log(`--grown is a number of events, for example 1000000.\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const size = { ...usual, grown };
  const asked = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const isLeftOut = (row: Row): boolean =>
    row.fullOnly === true && !values.full && !positionals.includes(row.name);
  const started = performance.now();
  const place =
    values.folder === undefined ? join(root, 'node_modules', '.cache') : given(values.folder);
  mkdirSync(place, { recursive: true });
  const folder = mkdtempSync(join(place, 'vivier-bench-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      removeFolder();
      process.exit(1);
    });
  const results: Record<string, Result | { readonly skipped: string }> = {};
  try {
    const seeded = join(folder, 'seeded');
    const before = syncedAppends(folder, 0.5);
    let events = 0;
    if (asked.some((row) => 'run' in row && !row.bare && !isLeftOut(row))) {
      const seeding = performance.now();
      events = await makeSeeded(seeded, size.dossiers);
      const took = short((performance.now() - seeding) / 1000);
      console.log(
        `A log of ${short(events)} events, ${short(size.dossiers)} dossiers, made in ${took} s.\n`,
      );
    }
    for (const row of asked) {
      const skipped =
        'skipped' in row
          ? row.skipped
          : isLeftOut(row)
            ? 'measured with --full, or when it is asked for by its name'
            : await row.missing?.();
      if (skipped) {
        results[row.name] = { skipped };
        console.log(`${row.name}\n  skipped: ${skipped}\n`);
        continue;
      }
      const own = join(folder, row.name);
      const context: Context = { size, folder: own, seeded, seed: SEED };
      const result = await inOwnProcess({ row: row.name, context });
      rmSync(own, { recursive: true, force: true });
      results[row.name] = result;
      console.log(linesOf(`${row.name} (${short(result.seconds)} s)`, result).join('\n'));
    }
    const after = syncedAppends(folder, 0.5);
    const drift = Math.max(before, after) / Math.min(before, after);
    const isVoid = drift > MOST_DRIFT || Math.min(before, after) > NO_DISK;
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `F before and after: ${short(before)} and ${short(after)} appends/s. ${short(seconds)} s in all.`,
    );
    if (isVoid)
      console.log('VOID: the disk itself changed too much, or does not wait for its bytes.');
    if (values.json !== undefined)
      writeFileSync(
        given(values.json),
        JSON.stringify(
          {
            size: size.name,
            seed: SEED,
            void: isVoid,
            machine: {
              cores: availableParallelism(),
              memoryGiB: Math.round(totalmem() / 2 ** 30),
              platform: `${process.platform} ${process.arch}`,
              node: process.versions.node,
              sqlite: process.versions.sqlite,
            },
            disk: { before, after },
            events,
            seconds,
            rows: results,
          },
          undefined,
          2,
        ),
      );
  } finally {
    removeFolder();
  }
};

await (process.argv[2] === '--row' ? runRow() : runSuite());
