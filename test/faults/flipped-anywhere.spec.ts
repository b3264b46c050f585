import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DamagedRecord,
  openEmbeddedEventStore,
  UnusableLogFile,
  verifyLog,
  WrongExpectedRevision,
  type EventStore,
  type ExpectedRevision,
  type NewRecord,
  type StoredRecord,
} from '@vivier/event-store';
import { streamName, type EventId, type OrganisationId, type StreamName } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { chanceOf } from './chance.ts';
import { isLong, seed } from './seeded.ts';

const FLIPS = isLong ? 10_000 : 100;
/** So many that the index of their names has several pages, and a page above them. */
const STREAMS = 250;
const RECORDS = 500;
const PAGE = 4096;
const TABLE_LEAF = 13;

const { below, one, once } = chanceOf(seed);
const organisationId = 'maison' as OrganisationId;
const stranger = 'autre' as OrganisationId;
let made = 0;
/** Ids of the run's seed, so that the file is the same one again. */
const uuid = (): string => derive('anywhere', String(seed), String((made += 1)));
const newName = (): StreamName => streamName('sample', uuid());
const newRecord = (): NewRecord => ({
  id: uuid() as EventId,
  type: 'SampleTaken.v1',
  contentType: 'application/json',
  data: Buffer.from(JSON.stringify({ text: 'x'.repeat(below(300)) })),
  metadata: Buffer.from('{}'),
});
const names = Array.from({ length: STREAMS }, newName);

let folder: string;
let file: string;
/** The file as it was written, and what it holds. */
let whole: Buffer;
const log: StoredRecord[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vivier-anywhere-'));
  file = join(folder, 'log.sqlite');
  const store = await openEmbeddedEventStore({ file, now: () => 1 });
  for (let index = 0; index < RECORDS; index += 1)
    await store.append(organisationId, names[index % STREAMS]!, 'any', [newRecord()]);
  for await (const page of store.readAll()) log.push(...page);
  await store.close();
  whole = await readFile(file);
});
afterAll(() => rm(folder, { recursive: true }));

/** Half of the places lie in pages that say where others are, and half of those where a page does. */
const place = (): number => {
  const pages = Array.from({ length: whole.length / PAGE }, (_, page) => page * PAGE);
  const tells = pages.filter((page) => page === 0 || whole[page] !== TABLE_LEAF);
  return one(once(2) ? pages : tells) + below(once(2) ? 100 : PAGE);
};

const isDamage = (error: unknown): boolean =>
  error instanceof DamagedRecord || error instanceof UnusableLogFile;

/** Asks a log many things. Each time it says what is true, or that it is damaged. */
class Questions {
  /** How often it said that it is damaged. */
  said = 0;
  constructor(private readonly store: EventStore) {}

  async #ask<T>(asked: () => Promise<T>, judge: (told: T) => void): Promise<void> {
    let told: T;
    try {
      told = await asked();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.said += 1;
      return;
    }
    judge(told);
  }

  async everything(truth: readonly StoredRecord[]): Promise<void> {
    for (const direction of ['forwards', 'backwards'] as const) {
      const expected = direction === 'forwards' ? truth : truth.toReversed();
      const read: StoredRecord[] = [];
      await this.#ask(
        async () => {
          for await (const page of this.store.readAll({ direction })) read.push(...page);
        },
        () => expect(read).toHaveLength(truth.length),
      );
      // Whatever was handed over before the damage is true.
      expectSame(read, expected.slice(0, read.length));
    }
    await this.#ask(
      () => this.store.head(),
      (head) => expect(head).toBe(truth.length - 1),
    );
  }

  async streams(truth: readonly StoredRecord[]): Promise<void> {
    for (const name of names.filter(() => once(10))) {
      const own = truth.filter(({ stream }) => stream === name);
      await this.#ask(
        () => this.store.readStream(organisationId, name),
        (told) => expectSame(told, own),
      );
      await this.#absent(stranger, name);
      await this.#absent(organisationId, newName());
    }
  }

  #absent(organisation: OrganisationId, name: StreamName): Promise<void> {
    return this.#ask(
      () => this.store.readStream(organisation, name),
      (told) => expect(told).toBeUndefined(),
    );
  }

  /** Appends what can be appended, tries what cannot, and gives what is true afterwards. */
  async appends(): Promise<readonly StoredRecord[]> {
    const truth = [...log];
    const [grown, raced, repeated] = [one(names), one(names), one(names)];
    const lastOf = (name: StreamName) => log.findLast(({ stream }) => stream === name)!;
    const append = (name: StreamName, expected: ExpectedRevision, record: NewRecord) => () =>
      this.store.append(organisationId, name, expected, [record]);
    const add = (name: StreamName, expected: ExpectedRevision, revision: number) => {
      const record = newRecord();
      return this.#ask(append(name, expected, record), (told) => {
        expect(told).toEqual({ position: truth.length, revision });
        truth.push({ ...record, organisationId, stream: name, ...told, created: 1 });
      });
    };
    await add(newName(), 'none', 0);
    const { revision } = lastOf(grown);
    await add(grown, revision, revision + 1);
    const race = append(raced, 'none', newRecord());
    await this.#ask(
      async () => {
        try {
          return await race();
        } catch (error) {
          if (isDamage(error)) throw error;
          return error;
        }
      },
      (told) => {
        expect(told).toBeInstanceOf(WrongExpectedRevision);
        expect(told).toMatchObject({
          actual: raced === grown ? truth.at(-1)?.revision : lastOf(raced).revision,
        });
      },
    );
    const last = lastOf(repeated);
    await this.#ask(
      append(repeated, last.revision === 0 ? 'none' : last.revision - 1, last),
      (told) => expect(told).toMatchObject({ position: last.position, revision: last.revision }),
    );
    return truth;
  }
}

/** All that a record says, as one text: a thousand comparisons of objects would take longer than the rest. */
const textOf = ({ id, type, contentType, organisationId: of, stream, ...record }: StoredRecord) => {
  const { revision, position, created, text, data, metadata } = record;
  const content = text
    ? [text.data, text.metadata]
    : [data, metadata].map((part) => String(Buffer.from(part)));
  return [id, type, contentType, of, stream, revision, position, created, ...content].join();
};
const expectSame = (
  told: readonly StoredRecord[] | undefined,
  truth: readonly StoredRecord[],
): void => expect(told?.map(textOf).join('\n')).toBe(truth.map(textOf).join('\n'));

/** Opens the file and asks. Gives how often damage was told. */
const opened = async (ask: (questions: Questions) => Promise<void>): Promise<number> => {
  let store: EventStore;
  try {
    store = await openEmbeddedEventStore({ file, now: () => 1 });
  } catch (error) {
    if (!(error instanceof UnusableLogFile)) throw error;
    return 1;
  }
  const questions = new Questions(store);
  try {
    await ask(questions);
  } finally {
    await store.close();
  }
  return questions.said;
};

/** How many damages `verifyLog` names. */
const verified = async (): Promise<number> => {
  try {
    return (await verifyLog(file)).damages.length;
  } catch (error) {
    if (!(error instanceof UnusableLogFile)) throw error;
    return 1;
  }
};

test(`with one of ${FLIPS} bits flipped anywhere in the file, the log tells the truth or that it is damaged (seed ${seed})`, async () => {
  expect(await verified()).toBe(0);
  let [said, silent] = [0, 0];
  for (let flip = 0; flip < FLIPS; flip += 1) {
    const [at, bit] = [place(), below(8)];
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1 << bit;
    await writeFile(file, bytes);
    try {
      const named = await verified();
      let truth: readonly StoredRecord[] = log;
      let told = await opened(async (questions) => {
        await questions.everything(log);
        await questions.streams(log);
        if (questions.said > 0) expect(named).toBeGreaterThan(0);
        truth = await questions.appends();
      });
      told += await opened(async (questions) => {
        await questions.everything(truth);
        await questions.streams(truth);
      });
      if (told > 0) said += 1;
      else if (named > 0) silent += 1;
    } catch (error) {
      throw new Error(`Bit ${bit} of byte ${at} (page ${1 + Math.floor(at / PAGE)}).`, {
        cause: error,
      });
    }
  }
  // Most bits matter, and those that matter to nobody are few.
  expect(said).toBeGreaterThan(FLIPS / 4);
  expect(said + silent).toBeLessThan(FLIPS);
}, 3_600_000);
