import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Projection } from '@vivier/kernel';
import { dossier, projections } from '@vivier/projections';
import { openEmbeddedReadStore } from '@vivier/read-store';
import { startProjector } from '@vivier/runtime';
import { BareLog } from '../baselines/log.ts';
import { inTurns, rateOf, spreadOf, timed, type Rate } from '../measure.ts';
import { filesOf, openParts } from '../seed/parts.ts';
import type { Context, Figure, Result, Row } from '../row.ts';

/** Building read models from the whole log into a new file on the disk, sealed values unopened. */
export const rebuild: Row = {
  name: 'rebuild-100k',
  asks: 'How fast are read models built again from the whole log?',
  async run({ size, seeded, folder }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const parts = await openParts(seeded);
    const bare = new BareLog(filesOf(seeded).log);
    const head = await parts.store.head();
    let turn = 0;

    const baseline = async (): Promise<Rate> => {
      const measured = await timed(() => bare.readAndParse());
      return rateOf(measured.result, measured);
    };
    const build = async (some: readonly Projection[]): Promise<Rate> => {
      turn += 1;
      const readStore = await openEmbeddedReadStore({ file: join(folder, `built-${turn}.sqlite`) });
      const measured = await timed(async () => {
        const projector = await startProjector({ ...parts, readStore, projections: some });
        for (const progress of projector.progress.values())
          if (!(await progress.reached(head))) throw new Error('A projection stands still.');
        await projector.stop();
      });
      await readStore.close();
      for (const end of ['', '-wal', '-shm'])
        rmSync(join(folder, `built-${turn}.sqlite${end}`), { force: true });
      return rateOf(head + 1, measured);
    };
    const measured = async (some: readonly Projection[], repetitions: number) => {
      const pairs = await inTurns(repetitions, baseline, () => build(some));
      return {
        ratio: spreadOf(pairs.map(([r, own]) => own.perSecond / r.perSecond)),
        byProcessor: spreadOf(
          pairs.map(([r, own]) => own.perProcessorSecond / r.perProcessorSecond),
        ).median,
        r: spreadOf(pairs.map(([r]) => r.perSecond)).median,
        own: spreadOf(pairs.map(([, own]) => own.perSecond)).median,
      };
    };

    await baseline();
    const one = dossier as unknown as Projection;
    await build([one]);
    const single = await measured([one], size.repetitions);
    const figures: Figure[] = [
      {
        what: 'one projection (dossier)',
        unit: '× R',
        value: single.ratio,
        target: { atLeast: 0.6 },
      },
    ];
    const behind: Record<string, number> = {
      events: head + 1,
      'R, events/s': single.r,
      'dossier, events/s': single.own,
      'dossier, × R by processor time': single.byProcessor,
    };
    if (size.name === 'full')
      for (const other of projections.filter(({ name }) => name !== one.name)) {
        const alone = await measured([other], 5);
        figures.push({ what: `one projection (${other.name})`, unit: '× R', value: alone.ratio });
        behind[`${other.name}, events/s`] = alone.own;
      }
    const all = await measured(projections, size.name === 'full' ? 5 : 3);
    figures.push({ what: `all ${projections.length} together`, unit: '× R', value: all.ratio });
    behind['all together, events/s'] = all.own;
    behind['all together, × R by processor time'] = all.byProcessor;
    bare.close();
    await parts.close();
    return { figures, behind };
  },
};
