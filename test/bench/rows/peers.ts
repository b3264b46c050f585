import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom, spreadOf, zipf } from '../measure.ts';
import { INSTALL_CASTORE, isCastoreHere, openCastore } from '../peers/castore.ts';
import { INSTALL_EMMETT, isEmmettHere, openEmmett } from '../peers/emmett.ts';
import { openOurs } from '../peers/ours.ts';
import type { PeerStore } from '../peers/store.ts';
import { measures, Workload, type Measured } from '../peers/workload.ts';
import { organisationOf } from '../seed/folder.ts';
import type { Context, Figure, Result, Row } from '../row.ts';
import { commandsAlone, sendCommands, type Seen } from './commands.ts';

const open = async (folder: string): Promise<readonly PeerStore[]> => {
  const found = [await openCastore(), await openEmmett(join(folder, 'emmett.sqlite'))];
  return found.filter((peer) => peer !== undefined);
};

/** Two other event stores for Node under the same work, and our whole commands beside theirs. */
export const peers: Row = {
  name: 'peers',
  asks: 'How fast are castore with PostgreSQL and emmett-sqlite at the same work on this machine?',
  fullOnly: true,
  missing: async () =>
    (await isCastoreHere()) || (await isEmmettHere())
      ? undefined
      : `no peer is installed; by hand: ${INSTALL_CASTORE}; or ${INSTALL_EMMETT}`,
  async run({ size, folder, seeded, seed }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, 'commands');
    cpSync(seeded, place, { recursive: true });
    const organisationId = await organisationOf(place);
    const side = await commandsAlone(place);
    const next = zipf(size.dossiers, size.skew, seededRandom(seed));
    const seen: Seen = new Map();
    const share = Math.min(1, size.longer);
    const send = async (clients: number, commands: number): Promise<number> =>
      (await sendCommands(side, organisationId, { clients, commands }, seen, next)).perSecond;
    const whole = async () => ({
      one: await send(1, 500 * share),
      many: await send(64, 2_560 * share),
    });

    const others = await open(folder);
    const stores = [await openOurs(join(folder, 'ours.sqlite')), ...others];
    const contestants = stores.map((store) => ({ store, work: new Workload(store, share) }));
    const behind: Record<string, number | string> = {};
    for (const { store, work } of contestants)
      behind[`${store.name}: winners of 20 at one place`] = await work.winners();
    if (behind[`${stores[0]?.name}: winners of 20 at one place`] !== 1)
      throw new Error('More than one, or none, of our own racers has won.');

    const turns: { readonly whole: Awaited<ReturnType<typeof whole>>; readonly all: Measured[] }[] =
      [];
    // The first turn is not counted.
    for (let turn = 0; turn <= size.repetitions; turn += 1) {
      const isTurned = turn % 2 === 1;
      const all = new Map<string, Measured>();
      const commands = isTurned ? undefined : await whole();
      for (const { store, work } of isTurned ? contestants.toReversed() : contestants)
        all.set(store.name, await work.turn());
      const told = {
        whole: commands ?? (await whole()),
        all: stores.map(({ name }) => all.get(name)),
      };
      if (turn > 0) turns.push(told as (typeof turns)[number]);
    }
    await side.close();
    for (const store of stores) await store.close();

    const best = (all: readonly Measured[], of: keyof Measured): number =>
      Math.max(...all.slice(1).map((one) => one[of]));
    const figures: Figure[] = [
      {
        what: 'whole commands, 1 client',
        unit: '× commands of the best peer',
        value: spreadOf(turns.map((turn) => turn.whole.one / best(turn.all, 'command'))),
        target: { atLeast: 4 },
      },
      {
        what: 'whole commands, 64 clients',
        unit: '× append64 of the best peer',
        value: spreadOf(turns.map((turn) => turn.whole.many / best(turn.all, 'append64'))),
        target: { atLeast: 5 },
      },
    ];
    for (const of of measures) {
      figures.push({
        what: `the log alone: ${of}`,
        unit: '× the best peer',
        value: spreadOf(turns.map(({ all }) => (all[0]?.[of] ?? Number.NaN) / best(all, of))),
      });
      stores.forEach(({ name }, index) => {
        behind[`${name}: ${of}, a second`] = spreadOf(
          turns.map(({ all }) => all[index]?.[of] ?? Number.NaN),
        ).median;
      });
    }
    return { figures, behind };
  },
};
