import { describe, expect, test } from '@jest/globals';
import type { Position } from '@vivier/kernel';
import type { Subject } from '../contract.ts';
import type { RecordFilter, StoredRecord, SubscriptionMessage } from '../port.ts';
import {
  countUp,
  idsOf,
  newOrganisation,
  newStream,
  record,
  records,
  since,
} from './samples.contract.ts';

export function subscriptionCases(subject: Subject): void {
  /** Messages until one meets the condition; the subscription ends with it. */
  async function messages(
    options: { after: Position; filter?: RecordFilter },
    isLast: (
      message: SubscriptionMessage,
      records: readonly StoredRecord[],
    ) => boolean | Promise<boolean>,
  ): Promise<{ messages: SubscriptionMessage[]; records: StoredRecord[] }> {
    const stop = new AbortController();
    const seen: { messages: SubscriptionMessage[]; records: StoredRecord[] } = {
      messages: [],
      records: [],
    };
    for await (const message of subject.store.subscribe({ ...options, signal: stop.signal })) {
      seen.messages.push(message);
      if (message.kind === 'records') seen.records.push(...message.records);
      if (await isLast(message, seen.records)) stop.abort();
    }
    return seen;
  }

  describe('a subscription', () => {
    test('says at once that it has caught up where nothing is there', async () => {
      const after = await subject.store.head();
      const seen = await messages({ after }, () => true);
      expect(seen.messages).toEqual([{ kind: 'caughtUp', position: after }]);
    });

    test('hands over the past, says that it has caught up, and goes on with what comes', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const after = await subject.store.head();
      await subject.store.append(organisation, stream, 'none', records(3));
      const caughtUpWith: number[] = [];
      const seen = await messages({ after }, async (message, handed) => {
        if (message.kind === 'records') return false;
        expect(message.position).toBe(handed.at(-1)?.position);
        caughtUpWith.push(handed.length);
        if (handed.length === 3) await subject.store.append(organisation, stream, 2, records(2));
        return handed.length === 5;
      });
      expect(caughtUpWith).toContain(3);
      expect(seen.messages.map(({ kind }) => kind).slice(0, 2)).toEqual(['records', 'caughtUp']);
      expect(seen.records).toEqual(await since(subject.store, after, organisation));
    });

    test('hands over a long past whole, in pages of at most 1000', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const after = await subject.store.head();
      await subject.store.append(organisation, stream, 'none', records(2_200));
      const seen = await messages({ after }, ({ kind }) => kind === 'caughtUp');
      expect(seen.records.map(({ revision }) => revision)).toEqual(countUp(0, 2_200));
      for (const message of seen.messages) {
        if (message.kind === 'records') expect(message.records.length).toBeLessThanOrEqual(1_000);
      }
    });

    test('loses and doubles nothing while many append', async () => {
      const organisation = newOrganisation();
      const after = await subject.store.head();
      const streams = countUp(0, 5).map(() => newStream());
      const append = (index: number): Promise<unknown> =>
        subject.store.append(organisation, streams[index % 5]!, 'any', records(1 + (index % 3)));
      await Promise.all(countUp(0, 30).map(append));
      const whole = messages({ after }, (_, handed) => handed.length >= 240);
      for (const wave of countUp(0, 3)) {
        await Promise.all(countUp(wave * 30, 30).map(append));
      }
      const { records: handed } = await whole;
      expect(handed).toEqual(await since(subject.store, after, organisation));
    });

    test('hands a slow consumer what came meanwhile together', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const after = await subject.store.head();
      await subject.store.append(organisation, stream, 'none', records(1));
      const sizes: number[] = [];
      await messages({ after }, async (message, handed) => {
        if (message.kind === 'caughtUp') return handed.length === 41;
        sizes.push(message.records.length);
        if (handed.length > 1) return false;
        for (const revision of countUp(0, 40)) {
          await subject.store.append(organisation, stream, revision, records(1));
        }
        return false;
      });
      expect(sizes.reduce((sum, size) => sum + size)).toBe(41);
      expect(sizes.length).toBeLessThan(41);
    });

    test('hands over only what its filter lets through, and its position moves on all the same', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const after = await subject.store.head();
      const wanted = record({ type: 'Wanted.v1' });
      await subject.store.append(organisation, stream, 'none', [...records(2), wanted]);
      const filter = { organisationId: organisation, typePrefixes: ['Wanted.'] };
      let passedOver: Position | undefined;
      const seen = await messages({ after, filter }, async (message) => {
        if (message.kind === 'records') return false;
        if (passedOver !== undefined) return message.position >= passedOver;
        passedOver = (await subject.store.append(organisation, stream, 2, records(2))).position;
        return false;
      });
      expect(idsOf(seen.records)).toEqual([wanted.id]);
      expect(seen.messages.at(-1)).toEqual({ kind: 'caughtUp', position: passedOver });
    });

    test('ends when it is aborted while it waits, or before it began', async () => {
      const after = await subject.store.head();
      const stop = new AbortController();
      const iterator = subject.store
        .subscribe({ after, signal: stop.signal })
        [Symbol.asyncIterator]();
      expect(await iterator.next()).toMatchObject({ value: { kind: 'caughtUp' } });
      const waiting = iterator.next();
      stop.abort();
      expect(await waiting).toMatchObject({ done: true });
      const late = subject.store.subscribe({ after, signal: stop.signal });
      expect(await late[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
    });

    test('ends when the store closes', async () => {
      const after = await subject.store.head();
      const { signal } = new AbortController();
      const iterator = subject.store.subscribe({ after, signal })[Symbol.asyncIterator]();
      expect(await iterator.next()).toMatchObject({ value: { kind: 'caughtUp' } });
      const waiting = iterator.next();
      await subject.reopen();
      expect(await waiting).toMatchObject({ done: true });
    });
  });
}
