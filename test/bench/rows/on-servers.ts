import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRejection } from '@vivier/kernel';
import { inTurns, seededRandom, spreadOf, timed, zipf } from '../measure.ts';
import { makeSeeded, organisationIn, type OnServers } from '../seed/folder.ts';
import { eventStoreProtocol, ownDatabase, type OwnServer } from '../servers.ts';
import type { Context, Result, Row, Skipped } from '../row.ts';
import { openedHouse, sendCommands, type Decided, type Seen } from './commands.ts';
import { askEverything } from './questions.ts';

interface Asked {
  readonly name: string;
  readonly asks: string;
  /** Dossiers of ten events each, in both. */
  readonly dossiers: number;
  readonly clients: number;
  /** Commands of one sample in quick. */
  readonly commands: number;
  readonly begin: (folder: string) => Promise<{ readonly own: OwnServer } & OnServers>;
}

/** What one turn gave, each in seconds for the same work. */
interface Turn {
  readonly commands: number;
  readonly p99: number;
  readonly reading: number;
  readonly rebuilding: number;
}

const housed = async (
  { clients, commands, dossiers }: Asked,
  { size, seed }: Context,
  folder: string,
  servers: OnServers,
) => {
  const seeding = await timed(() => makeSeeded(folder, dossiers, servers));
  const house = await openedHouse(folder, servers);
  const organisationId = await organisationIn(house);
  const next = zipf(dossiers, size.skew, seededRandom(seed));
  const seen: Seen = new Map();
  const last = new Map<number, Decided>();
  let events = seeding.result;
  const turn = async (): Promise<Turn> => {
    const load = { clients, commands };
    const sample = await sendCommands(
      house,
      organisationId,
      load,
      seen,
      next,
      (decided): Promise<void> => {
        const before = last.get(decided.dossier);
        if (!before || before.revision < decided.revision) last.set(decided.dossier, decided);
        return Promise.resolve();
      },
    );
    events += commands;
    await house.settled();
    const reading = await timed(async () => {
      let read = 0;
      for await (const page of house.store.readAll()) read += page.length;
      return read;
    });
    if (reading.result !== events)
      throw new Error(`${reading.result} events were read, and ${events} written.`);
    const rebuilding = await timed(() => house.rebuilder.rebuild({}));
    if (isRejection(rebuilding.result))
      throw new Error(`No rebuild: ${rebuilding.result.rejected}.`);
    for (const decided of last.values()) await askEverything(house, organisationId, decided);
    return {
      commands: 1 / sample.perSecond,
      p99: sample.p99,
      reading: reading.seconds / events,
      rebuilding: rebuilding.seconds / events,
    };
  };
  return { turn, seeded: seeding.result / seeding.seconds, close: () => house.close() };
};

/**
 * The product on a server, in turns with the same on its own files. Only reported: a server that is
 * reached over a socket costs what it costs, and each answer is checked.
 */
const row = (asked: Asked): Row => ({
  name: asked.name,
  asks: asked.asks,
  fullOnly: true,
  bare: true,
  async run(context: Context): Promise<Result> {
    const { folder, size } = context;
    mkdirSync(folder, { recursive: true });
    const { own, ...servers } = await asked.begin(folder);
    try {
      const files = await housed(asked, context, join(folder, 'files'), {});
      const there = await housed(asked, context, join(folder, 'there'), servers);
      await files.turn();
      await there.turn();
      const pairs = await inTurns(size.name === 'quick' ? 3 : 5, files.turn, there.turn);
      await files.close();
      await there.close();
      const ratio = (of: keyof Turn) => spreadOf(pairs.map(([base, one]) => one[of] / base[of]));
      const each = (of: keyof Turn) => ({
        files: spreadOf(pairs.map(([base]) => 1 / base[of])).median,
        there: spreadOf(pairs.map(([, one]) => 1 / one[of])).median,
      });
      const unit = '× the time on files';
      const { clients } = asked;
      return {
        figures: [
          { what: `a command, ${clients} clients`, unit, value: ratio('commands') },
          { what: `p99 of commands, ${clients} clients`, unit, value: ratio('p99') },
          ...(servers.eventStoreUrl === undefined
            ? []
            : [{ what: 'reading the whole log', unit, value: ratio('reading') }]),
          { what: 'rebuilding all read models', unit, value: ratio('rebuilding') },
        ],
        behind: {
          'commands/s on files': each('commands').files,
          'commands/s there': each('commands').there,
          'events read/s on files': each('reading').files,
          'events read/s there': each('reading').there,
          'events rebuilt/s on files': each('rebuilding').files,
          'events rebuilt/s there': each('rebuilding').there,
          'events seeded/s there, one to an append': there.seeded,
        },
      };
    } finally {
      await own.end();
    }
  },
});

export const onFacade: Row = row({
  name: 'facade',
  asks: "What does the log cost behind EventStoreDB's protocol, in a process of its own?",
  dossiers: 200,
  clients: 64,
  commands: 400,
  begin: async (folder) => {
    const own = await eventStoreProtocol(join(folder, 'eventstore.sqlite'));
    return { own, eventStoreUrl: own.url };
  },
});

const mongo = process.env['MONGODB_URL'];

/** Small: the server that can be had without a container engine is a slow one. */
export const onMongo: Row | Skipped = mongo
  ? row({
      name: 'mongodb',
      asks: 'What do read models and working state cost on MongoDB, with the log in its own file?',
      dossiers: 20,
      clients: 8,
      commands: 40,
      begin: (): Promise<{ readonly own: OwnServer; readonly mongoUrl: string }> => {
        const own = ownDatabase(mongo);
        return Promise.resolve({ own, mongoUrl: own.url });
      },
    })
  : {
      name: 'mongodb',
      skipped:
        'MONGODB_URL is not set; node tools/mongodb-for-tests.mjs npm run bench -- mongodb brings a server.',
    };
