import { timed } from '../measure.ts';
import { eventOf, keyOf, type PeerEvent, type PeerStore } from './store.ts';

/** What is measured, each as so many a second. */
export const measures = [
  'append1',
  'append64',
  'load 10',
  'load 100',
  'load 1000',
  'command',
  'rebuild',
] as const;
export type Measured = Readonly<Record<(typeof measures)[number], number>>;

const IN_STREAM = 10;
const CLIENTS = 64;
const RACERS = 20;

type State = Readonly<Record<string, unknown>> & { readonly count: number };
const fold = (events: readonly PeerEvent['data'][]): State =>
  events.reduce<State>(
    (state, { applicationId, candidateId, stage, score, tags }) => ({
      ...state,
      ...{ applicationId, candidateId, stage, score, tags },
      count: state.count + 1,
    }),
    { count: 0 },
  );

/**
 * One store under the same work as every other: one event to an append, each with the number of events that
 * must lie there, each awaited; a fold that sets five fields. What is read is what was written, or it fails.
 */
export class Workload {
  #events = 0;
  #turn = 0;

  constructor(
    private readonly store: PeerStore,
    /** 1 for the numbers of events that are usual, less for less. */
    private readonly share: number,
  ) {}

  async #fill(key: string, events: number, from = 0): Promise<void> {
    for (let n = from; n < events; n += 1) await this.store.append(key, n, eventOf(key, n));
    this.#events += events - from;
  }

  async #state(key: string, events: number): Promise<State> {
    const state = fold(await this.store.load(key));
    if (state.count !== events || state['score'] !== events - 1)
      throw new Error(`${this.store.name} has ${state.count} of ${events} events of a stream.`);
    return state;
  }

  async #loads(length: number): Promise<number> {
    const key = keyOf('load', this.#turn, length);
    await this.#fill(key, length);
    const loads = Math.ceil((2_000 * this.share) / length) * 5;
    const { seconds } = await timed(async () => {
      for (let load = 0; load < loads; load += 1) await this.#state(key, length);
    });
    return loads / seconds;
  }

  /** How many of twenty who append at one place succeed; more than one is a lost update. */
  async winners(): Promise<number> {
    const key = keyOf('race');
    const racers = Array.from({ length: RACERS }, () =>
      this.store.append(key, 0, eventOf(key, 0)).then(
        () => 1,
        () => 0,
      ),
    );
    const won = (await Promise.all(racers)).reduce<number>((sum, one) => sum + one, 0);
    this.#events += (await this.store.load(key)).length;
    return won;
  }

  async turn(): Promise<Measured> {
    this.#turn += 1;
    const streams = Math.ceil((500 * this.share) / IN_STREAM);
    const alone = await timed(async () => {
      for (let one = 0; one < streams; one += 1)
        await this.#fill(keyOf('one', this.#turn, one), IN_STREAM);
    });
    const many = Math.ceil((2_560 * this.share) / IN_STREAM / CLIENTS) * CLIENTS;
    const together = await timed(async () => {
      let left = many;
      const client = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          await this.#fill(keyOf('many', this.#turn, left), IN_STREAM);
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
    });
    const commands = streams;
    const commanding = await timed(async () => {
      for (let one = 0; one < commands; one += 1) {
        const key = keyOf('one', this.#turn, one);
        const { count } = await this.#state(key, IN_STREAM);
        await this.#fill(key, count + 1, count);
      }
    });
    const loads10 = await this.#loads(10);
    const loads100 = await this.#loads(100);
    const loads1000 = await this.#loads(1_000);
    const rebuilding = await timed(async () => {
      const documents = new Map<string, State>();
      let taken = 0;
      await this.store.replay((key, { stage, score, tags }) => {
        taken += 1;
        const count = (documents.get(key)?.count ?? 0) + 1;
        documents.set(key, { ...documents.get(key), stage, score, tags, count });
      });
      if (taken !== this.#events)
        throw new Error(`${this.store.name} replayed ${taken} of ${this.#events} events.`);
    });
    return {
      append1: (streams * IN_STREAM) / alone.seconds,
      append64: (many * IN_STREAM) / together.seconds,
      'load 10': loads10,
      'load 100': loads100,
      'load 1000': loads1000,
      command: commands / commanding.seconds,
      rebuild: this.#events / rebuilding.seconds,
    };
  }
}
