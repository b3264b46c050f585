import { describe, expect, test } from '@jest/globals';
import { START } from '@vivier/kernel';
import type { Position } from '@vivier/kernel';
import type { Subject } from '../contract.ts';
import {
  countUp,
  everything,
  idsOf,
  newOrganisation,
  newStream,
  record,
  records,
  since,
} from './samples.contract.ts';

export function readCases(subject: Subject): void {
  describe('reading a stream', () => {
    test('gives any part of it, in both directions', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      await subject.store.append(organisation, stream, 'none', records(5));
      const revisions = async (options: Parameters<typeof subject.store.readStream>[2]) =>
        (await subject.store.readStream(organisation, stream, options))?.map((one) => one.revision);
      expect(await revisions({})).toEqual([0, 1, 2, 3, 4]);
      expect(await revisions({ from: 3 })).toEqual([3, 4]);
      expect(await revisions({ from: 1, limit: 2 })).toEqual([1, 2]);
      expect(await revisions({ from: 5 })).toEqual([]);
      expect(await revisions({ limit: 0 })).toEqual([]);
      expect(await revisions({ direction: 'backwards' })).toEqual([4, 3, 2, 1, 0]);
      expect(await revisions({ direction: 'backwards', limit: 1 })).toEqual([4]);
      expect(await revisions({ direction: 'backwards', from: 2, limit: 2 })).toEqual([2, 1]);
      expect(await revisions({ direction: 'backwards', from: 9, limit: 1 })).toEqual([4]);
    });

    test('gives a long one whole', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      await subject.store.append(organisation, stream, 'none', records(1_500));
      await subject.store.append(organisation, stream, 1_499, records(1_000));
      const forwards = await subject.store.readStream(organisation, stream);
      expect(forwards?.map(({ revision }) => revision)).toEqual(countUp(0, 2_500));
      const backwards = await subject.store.readStream(organisation, stream, {
        direction: 'backwards',
      });
      expect(idsOf(backwards)).toEqual(idsOf(forwards).reverse());
    });

    test('tells an absent one from one that has nothing at that place', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      expect(await subject.store.readStream(organisation, stream)).toBeUndefined();
      await subject.store.append(organisation, stream, 'none', records(1));
      expect(await subject.store.readStream(organisation, stream, { from: 1 })).toEqual([]);
    });
  });

  describe('reading the log', () => {
    test('goes on strictly after a position, and stops at a limit', async () => {
      const organisation = newOrganisation();
      const before = await subject.store.head();
      for (const count of [2, 3]) {
        await subject.store.append(organisation, newStream(), 'none', records(count));
      }
      const filter = { organisationId: organisation };
      const all = await since(subject.store, before, organisation);
      expect(all).toHaveLength(5);
      expect(all[0]!.position).toBeGreaterThan(before);
      const after = all[1]!.position;
      expect(await everything(subject.store, { after, filter })).toEqual(all.slice(2));
      expect(await everything(subject.store, { after, filter, limit: 2 })).toEqual(all.slice(2, 4));
      expect(await everything(subject.store, { after: all[4]!.position })).toEqual([]);
      expect(await everything(subject.store, { after: before, limit: 0 })).toEqual([]);
    });

    test('goes backwards from its end, or strictly before a position', async () => {
      const organisation = newOrganisation();
      const before = await subject.store.head();
      await subject.store.append(organisation, newStream(), 'none', records(5));
      const all = await since(subject.store, before, organisation);
      const filter = { organisationId: organisation };
      const direction = 'backwards';
      expect(await everything(subject.store, { direction, filter })).toEqual([...all].reverse());
      const part = await everything(subject.store, {
        ...{ direction, filter, limit: 2 },
        after: all[3]!.position,
      });
      expect(part).toEqual([all[2], all[1]]);
      expect(await everything(subject.store, { direction, after: 0 as Position })).toEqual([]);
    });

    test('comes in pages of at most 1000 that together are everything', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const before = await subject.store.head();
      await subject.store.append(organisation, stream, 'none', records(2_300));
      const sizes: number[] = [];
      for await (const page of subject.store.readAll({ after: before })) sizes.push(page.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(2_300);
      const whole = await everything(subject.store, {});
      const log = whole.map(({ position }) => position);
      expect(log).toEqual([...log].sort((a, b) => a - b));
      expect(whole.slice(-2_300).map(({ revision }) => revision)).toEqual(countUp(0, 2_300));
      const head = await subject.store.head();
      expect([head, log.at(-1)]).toEqual([head, head]);
      expect(log[0]).toBeGreaterThan(START);
    });

    test('lets through what meets every condition of a filter, by any of its values', async () => {
      const [mine, other] = [newOrganisation(), newOrganisation()];
      const [candidate, offer, note] = [
        newStream('candidate'),
        newStream('offer'),
        newStream('note'),
      ];
      const before = await subject.store.head();
      const taken = record({ type: 'CandidateRegistered.v1' });
      const renamed = record({ type: 'CandidateRenamed.v1' });
      const opened = record({ type: 'OfferOpened.v2' });
      const noted = record({ type: 'OfferNoted.v1' });
      const foreign = record({ type: 'CandidateRegistered.v1' });
      await subject.store.append(mine, candidate, 'none', [taken, renamed]);
      await subject.store.append(other, newStream('candidate'), 'none', [foreign]);
      await subject.store.append(mine, offer, 'none', [opened]);
      await subject.store.append(mine, note, 'none', [noted]);
      const found = async (filter: object): Promise<string[]> =>
        idsOf(await everything(subject.store, { after: before, filter }));
      const id = (...list: { id: string }[]): string[] => list.map((one) => one.id);
      expect(await found({ organisationId: mine })).toEqual(id(taken, renamed, opened, noted));
      expect(await found({ streamPrefixes: ['candidate-'] })).toEqual(id(taken, renamed, foreign));
      expect(await found({ streamPrefixes: ['offer-', 'note-'] })).toEqual(id(opened, noted));
      expect(await found({ typePrefixes: ['CandidateRegistered.', 'OfferO'] })).toEqual(
        id(taken, foreign, opened),
      );
      expect(
        await found({
          organisationId: mine,
          streamPrefixes: ['candidate-'],
          typePrefixes: ['CandidateRe'],
        }),
      ).toEqual(id(taken, renamed));
      expect(await found({ typePrefixes: ['candidate'] })).toEqual([]);
      expect(await found({ typePrefixes: [] })).toEqual([]);
    });

    test('ends although others go on appending', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const before = await subject.store.head();
      await subject.store.append(organisation, stream, 'none', records(3));
      const seen: string[] = [];
      for await (const page of subject.store.readAll({ after: before })) {
        seen.push(...idsOf(page));
        await subject.store.append(organisation, stream, 'any', records(1));
      }
      expect(seen.length).toBeGreaterThanOrEqual(3);
    });
  });
}
