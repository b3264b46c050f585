import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { syncedAppends } from '../baselines/disk.ts';
import { inTurns, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { organisationOf } from '../seed/folder.ts';
import type { Context, Result, Row, Size } from '../row.ts';
import {
  commandsAlone,
  sendCommands,
  wholeHouse,
  type CommandSide,
  type Seen,
} from './commands.ts';

interface Load {
  readonly clients: number;
  /** Commands of one sample in quick. */
  readonly commands: number;
  readonly next: (size: Size, seed: number) => () => number;
}

/** How fast F must be for a target in processor time to take the place of one in fsyncs. */
const FAST_DISK = 3_000;

const measure = async (
  side: CommandSide,
  { size, seed }: Context,
  load: Load,
  organisationId: Awaited<ReturnType<typeof organisationOf>>,
  folder: string,
  variant: string,
): Promise<Result> => {
  const next = load.next(size, seed);
  const seen: Seen = new Map();
  const f = () => syncedAppends(folder, 0.2 * size.longer);
  const commands = load.commands * size.longer;
  const settling: number[] = [];
  const subject = async () => {
    const sample = await sendCommands(side, organisationId, { ...load, commands }, seen, next);
    settling.push((await timed(side.settled)).seconds);
    return sample;
  };
  await subject();
  const pairs = await inTurns(size.repetitions, f, subject);
  const over = <T>(of: (pair: readonly [number, Awaited<ReturnType<typeof subject>>]) => T): T[] =>
    pairs.map(of);
  const rate = spreadOf(over(([base, own]) => own.perSecond / base));
  const wait = spreadOf(over(([base, own]) => own.p99 * base));
  const processor = spreadOf(over(([, own]) => own.processorMicros));
  const disk = spreadOf(over(([base]) => base));
  const single = load.clients === 1;
  const byProcessor = !single && disk.median > FAST_DISK;
  return {
    figures: [
      {
        what: `${variant}: commands`,
        unit: '× F',
        value: rate,
        ...(!byProcessor && { target: { atLeast: single ? 0.5 : 4.5 } }),
      },
      ...(single
        ? []
        : [
            {
              what: `${variant}: p99`,
              unit: '× 1/F',
              value: wait,
              target: { atMost: 60 },
            },
          ]),
      {
        what: `${variant}: processor time a command`,
        unit: 'µs',
        value: processor,
        ...(byProcessor && { target: { atMost: 75 } }),
      },
    ],
    behind: {
      [`${variant}: F, appends/s`]: disk.median,
      [`${variant}: commands/s`]: spreadOf(over(([, own]) => own.perSecond)).median,
      [`${variant}: p50, ms`]: spreadOf(over(([, own]) => own.p50 * 1000)).median,
      [`${variant}: p99, ms`]: spreadOf(over(([, own]) => own.p99 * 1000)).median,
      [`${variant}: refused first, %`]: spreadOf(over(([, own]) => own.refused * 100)).median,
      [`${variant}: until all is visible, ms`]: spreadOf(settling).median * 1000,
    },
  };
};

const row = (name: string, asks: string, load: Load): Row => ({
  name,
  asks,
  async run(context: Context): Promise<Result> {
    const results: Result[] = [];
    for (const [variant, open] of [
      ['whole house', wholeHouse],
      ['commands alone', commandsAlone],
    ] as const) {
      const folder = join(context.folder, variant.replace(' ', '-'));
      mkdirSync(context.folder, { recursive: true });
      cpSync(context.seeded, folder, { recursive: true });
      const organisationId = await organisationOf(folder);
      const side = await open(folder);
      results.push(await measure(side, context, load, organisationId, folder, variant));
      await side.close();
    }
    return {
      figures: results.flatMap(({ figures }) => figures),
      behind: Object.assign({}, ...results.map(({ behind }) => behind)) as Result['behind'],
    };
  },
});

export const commandOne = row(
  'command-1',
  'How many commands does one client get through, one after the other, on streams of ten events?',
  {
    clients: 1,
    commands: 400,
    next: ({ dossiers }, seed) => {
      const random = seededRandom(seed);
      return () => Math.floor(random() * dossiers);
    },
  },
);

export const commandMany = row(
  'command-64',
  'And 64 clients at once, on streams of which few are hot, with lost races?',
  {
    clients: 64,
    commands: 5_000,
    next: ({ dossiers, skew }, seed) => zipf(dossiers, skew, seededRandom(seed)),
  },
);
