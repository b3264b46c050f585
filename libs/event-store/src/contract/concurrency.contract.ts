import { describe, expect, test } from '@jest/globals';
import type { Subject } from '../contract.ts';
import {
  countUp,
  newOrganisation,
  newStream,
  outcomeOf,
  records,
  since,
} from './samples.contract.ts';

export function concurrencyCases(subject: Subject): void {
  describe('many at once', () => {
    test('of twenty writers that expect the same revision exactly one wins, every time', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      for (const round of countUp(0, 25)) {
        const expected = round === 0 ? 'none' : round - 1;
        const outcomes = await Promise.all(
          countUp(0, 20).map(() =>
            outcomeOf(subject.store.append(organisation, stream, expected, records(1))),
          ),
        );
        const winners = outcomes.filter((outcome) => outcome === 'done');
        const losers = outcomes.filter((outcome) => outcome === 'WrongExpectedRevision');
        expect([winners.length, losers.length]).toEqual([1, 19]);
      }
      expect(await subject.store.readStream(organisation, stream)).toHaveLength(25);
    });

    test('one wrong revision does not fail the others', async () => {
      const organisation = newOrganisation();
      const outcomes = await Promise.all(
        countUp(0, 10).map((index) =>
          outcomeOf(
            subject.store.append(organisation, newStream(), index === 4 ? 7 : 'none', records(1)),
          ),
        ),
      );
      expect(outcomes.indexOf('WrongExpectedRevision')).toBe(4);
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(9);
    });

    test('appends sent one behind the other find what the earlier ones did', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const created = subject.store.append(organisation, stream, 'none', records(2));
      const followed = created.then(({ revision }) =>
        subject.store.append(organisation, stream, revision, records(1)),
      );
      expect([(await created).revision, (await followed).revision]).toEqual([1, 2]);
    });

    test('streams have no gaps, positions rise, and each append stays together', async () => {
      const organisation = newOrganisation();
      const streams = [newStream(), newStream(), newStream()];
      const before = await subject.store.head();
      const appended = await Promise.all(
        countUp(0, 60).map((index) =>
          subject.store.append(organisation, streams[index % 3]!, 'any', records(1 + (index % 4))),
        ),
      );
      const log = await since(subject.store, before, organisation);
      const positions = log.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort((a, b) => a - b));
      for (const stream of streams) {
        const inLog = log.filter((record) => record.stream === stream);
        expect(inLog.map(({ revision }) => revision)).toEqual(countUp(0, inLog.length));
        expect(await subject.store.readStream(organisation, stream)).toEqual(inLog);
      }
      for (const [index, { revision, position }] of appended.entries()) {
        const last = log.findIndex((record) => record.position === position);
        const batch = log.slice(last - (index % 4), last + 1);
        expect(batch.map((record) => record.stream)).toEqual(batch.map(() => streams[index % 3]));
        expect(batch.at(-1)?.revision).toBe(revision);
      }
    });
  });
}
