import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns, spreadOf } from '../measure.ts';
import { product, root, startProgram } from '../processes.ts';
import { makeDemo } from '../seed/folder.ts';
import type { Context, Result, Row } from '../row.ts';

/**
 * From the start of the process that `npm start` starts, once it has built, to the first answer; with a
 * small log and a large one. The first start of all, which keeps where modules lie, is not counted.
 */
export const boot: Row = {
  name: 'boot',
  asks: 'How long does the server take from its start until it is ready?',
  async run({ size, folder, seeded }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const small = join(folder, 'small');
    await makeDemo(small);
    const once = async (args: readonly string[], path: string, data = ''): Promise<number> => {
      const program = await startProgram(args, path, { VIVIER_DATA: data });
      await program.stop();
      return program.seconds;
    };
    const bare = () => once([`${root}/test/bench/baselines/bare-http.mjs`], '/');
    const serving = (data: string) => () => once([...product, 'serve'], '/health/ready', data);
    await bare();
    await serving(small)();
    const repetitions = size.name === 'quick' ? 3 : size.repetitions;
    const starts = await inTurns(repetitions, bare, async () => ({
      little: await serving(small)(),
      much: await serving(seeded)(),
    }));
    const over = (of: (start: (typeof starts)[number]) => number) => spreadOf(starts.map(of));
    return {
      figures: [
        {
          what: 'a demo organisation',
          unit: '× bare node:http',
          value: over(([base, { little }]) => little / base),
          target: { atMost: 10 },
        },
        {
          what: 'a seeded organisation',
          unit: '× the demo organisation',
          value: over(([, { little, much }]) => much / little),
          target: { atMost: 1.1 },
        },
      ],
      behind: {
        'bare node:http, ms': over(([base]) => base * 1000).median,
        'demo organisation, ms': over(([, { little }]) => little * 1000).median,
        'seeded organisation, ms': over(([, { much }]) => much * 1000).median,
      },
    };
  },
};
