import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventId } from '@vivier/kernel';
import type { Peculiarities, Subject } from '../contract.ts';
import type { ExpectedRevision } from '../port.ts';
import { newId, newOrganisation, newStream, outcomeOf, record, since } from './samples.contract.ts';

interface Step {
  readonly organisation: number;
  readonly stream: number;
  readonly expected: ExpectedRevision;
  readonly ids: readonly number[];
  /** Sent together with the step before it, without waiting for its answer. */
  readonly together: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  organisation: fc.constantFrom(0, 0, 0, 1),
  stream: fc.nat(1),
  expected: fc.oneof(
    fc.constantFrom<ExpectedRevision>('any', 'none', 'exists'),
    fc.nat(5) as fc.Arbitrary<ExpectedRevision>,
  ),
  // Few ids, so that repetitions, whole and in part, are frequent.
  ids: fc.array(fc.nat(7), { maxLength: 3 }),
  together: fc.boolean(),
});

/** The rules once more, as plainly as they can be said: a stream is a list of ids. */
class Model {
  readonly streams = new Map<string, { owner: number; ids: number[] }>();
  readonly log: string[] = [];

  constructor(private readonly names: Peculiarities['names']) {}

  #name(organisation: number, stream: number): string {
    return this.names === 'taken once' ? `${stream}` : `${organisation} ${stream}`;
  }

  idsOf(organisation: number, stream: number): number[] | undefined {
    const known = this.streams.get(this.#name(organisation, stream));
    return known?.owner === organisation ? known.ids : undefined;
  }

  append({ organisation, stream, expected, ids }: Step): string {
    const name = this.#name(organisation, stream);
    const known = this.streams.get(name);
    const there = this.idsOf(organisation, stream) ?? [];
    if (known !== undefined && known.owner !== organisation) return 'WrongExpectedRevision';
    const last = expected === 'none' ? -1 : expected;
    if (last === 'any' || last === 'exists') {
      if (last === 'exists' && there.length === 0) return 'WrongExpectedRevision';
      if (ids.length > 0 && there.includes(ids[0]!)) {
        return ids.every((id) => there.includes(id)) ? 'done' : 'EventIdConflict';
      }
    } else if (last !== there.length - 1) {
      const repeated = ids.length > 0 && ids.every((id, index) => there[last + 1 + index] === id);
      return repeated ? 'done' : 'WrongExpectedRevision';
    }
    if (ids.length === 0) return 'done';
    this.streams.set(name, { owner: organisation, ids: [...there, ...ids] });
    for (const id of ids) this.log.push(`${organisation} ${stream} ${id}`);
    return 'done';
  }
}

export function modelCases(subject: Subject): void {
  test('any sequence of appends does what the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const organisations = [newOrganisation(), newOrganisation()] as const;
        const streams = [newStream(), newStream()] as const;
        const ids = Array.from({ length: 8 }, newId);
        const before = await subject.store.head();
        const model = new Model(subject.names);
        const answers: Promise<string>[] = [];
        const said: string[] = [];
        for (const one of steps) {
          if (!one.together || subject.order !== 'as sent') await Promise.all(answers);
          said.push(model.append(one));
          const { organisation, stream, expected } = one;
          const batch = one.ids.map((id) => record({ id: ids[id] as EventId }));
          const append = subject.store.append(
            organisations[organisation]!,
            streams[stream]!,
            expected,
            batch,
          );
          answers.push(outcomeOf(append));
        }
        expect(await Promise.all(answers)).toEqual(said);

        const name = (id: EventId): number => ids.indexOf(id);
        for (const [index, stream] of streams.entries()) {
          for (const [who, organisation] of organisations.entries()) {
            const stored = await subject.store.readStream(organisation, stream);
            expect(stored?.map(({ id }) => name(id))).toEqual(model.idsOf(who, index));
          }
        }
        for (const [who, organisation] of organisations.entries()) {
          const log = await since(subject.store, before, organisation);
          const lines = log.map(
            ({ stream, id }) => `${who} ${streams.indexOf(stream)} ${name(id)}`,
          );
          expect(lines).toEqual(model.log.filter((line) => line.startsWith(`${who} `)));
        }
      }),
      { numRuns: 60 },
    );
  });
}
