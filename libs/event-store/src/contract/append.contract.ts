import { describe, expect, test } from '@jest/globals';
import type { Subject } from '../contract.ts';
import { AppendTooLarge, MAXIMUM_APPEND_BYTES, WrongExpectedRevision } from '../port.ts';
import type { ExpectedRevision } from '../port.ts';
import { countUp, idsOf, newOrganisation, newStream, record, records } from './samples.contract.ts';

export function appendCases(subject: Subject): void {
  describe('appending', () => {
    test('a record comes back as it was given, with its place', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const text = record({
        data: Buffer.from('{"é":"\ufeff\u0000\ufffd"}'),
        metadata: Buffer.alloc(0),
      });
      const bytes = record({
        contentType: 'application/octet-stream',
        data: Uint8Array.from(countUp(0, 256)),
        metadata: Buffer.from([0xff, 0xfe]),
      });
      const appended = await subject.store.append(organisation, stream, 'none', [text, bytes]);
      const stored = await subject.store.readStream(organisation, stream);
      expect(stored?.map((one) => [...one.data])).toEqual([[...text.data], [...bytes.data]]);
      expect(stored?.map((one) => [...one.metadata])).toEqual([[], [0xff, 0xfe]]);
      for (const one of stored ?? [])
        if (one.text) expect(one.text.data).toBe(Buffer.from(one.data).toString());
      expect(stored?.[1]).toMatchObject({
        ...{ id: bytes.id, type: bytes.type, contentType: 'application/octet-stream' },
        ...{ organisationId: organisation, stream, revision: 1, position: appended.position },
      });
      expect(stored?.[1]?.created).toBeGreaterThan(0);
      expect(appended.revision).toBe(1);
    });

    test('a stream that must not exist is created once, and refused the second time', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      await subject.store.append(organisation, stream, 'none', records(1));
      const again = subject.store.append(organisation, stream, 'none', records(1));
      await expect(again).rejects.toBeInstanceOf(WrongExpectedRevision);
      await expect(again).rejects.toMatchObject({ stream, expected: 'none', actual: 0 });
      expect(await subject.store.readStream(organisation, stream)).toHaveLength(1);
    });

    test('a stream that must exist is refused while it is absent, and taken afterwards', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const early = subject.store.append(organisation, stream, 'exists', records(1));
      await expect(early).rejects.toMatchObject({ expected: 'exists', actual: 'none' });
      expect(await subject.store.readStream(organisation, stream)).toBeUndefined();
      await subject.store.append(organisation, stream, 'any', records(1));
      const { revision } = await subject.store.append(organisation, stream, 'exists', records(2));
      expect(revision).toBe(2);
    });

    test.each<[string, ExpectedRevision, number | 'none', number]>([
      ['a stale revision', 0, 2, 3],
      ['a future revision', 3, 2, 3],
      ['a revision of an absent stream', 0, 'none', 0],
    ])(
      '%s is refused with the actual one, and nothing is appended',
      async (_, expected, actual, count) => {
        const [organisation, stream] = [newOrganisation(), newStream()];
        if (count > 0) await subject.store.append(organisation, stream, 'none', records(count));
        const append = subject.store.append(organisation, stream, expected, records(2));
        await expect(append).rejects.toBeInstanceOf(WrongExpectedRevision);
        await expect(append).rejects.toMatchObject({ stream, expected, actual });
        expect((await subject.store.readStream(organisation, stream))?.length ?? 0).toBe(count);
      },
    );

    test('the revision of the last record is the one to expect', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const first = await subject.store.append(organisation, stream, 'none', records(3));
      const second = await subject.store.append(organisation, stream, first.revision, records(2));
      expect([first.revision, second.revision]).toEqual([2, 4]);
      expect(second.position).toBeGreaterThan(first.position);
    });

    test('an empty batch checks the expectation and appends nothing', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const { store } = subject;
      await store.append(organisation, stream, 'none', []);
      expect(await store.readStream(organisation, stream)).toBeUndefined();
      const last = await store.append(organisation, stream, 'none', records(2));
      for (const right of ['any', 'exists', 1] as const) {
        expect(await store.append(organisation, stream, right, [])).toEqual(last);
      }
      for (const wrong of ['none', 0, 2] as const) {
        const append = store.append(organisation, stream, wrong, []);
        await expect(append).rejects.toBeInstanceOf(WrongExpectedRevision);
      }
      expect(await store.readStream(organisation, stream)).toHaveLength(2);
    });

    test('an append of exactly 1 MiB is taken, and one byte more is refused whole', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const type = 'Étendue.v1';
      const small = record({ type });
      const rest = (bytesOfType: number): number =>
        MAXIMUM_APPEND_BYTES -
        2 * bytesOfType -
        small.data.byteLength -
        2 * small.metadata.byteLength;
      const large = (bytes: number) => [small, record({ type, data: Buffer.alloc(bytes, 'x') })];
      const beyond = large(rest(Buffer.byteLength(type)) + 1);
      const refused = subject.store.append(organisation, stream, 'none', beyond);
      await expect(refused).rejects.toBeInstanceOf(AppendTooLarge);
      await expect(refused).rejects.toMatchObject({ stream, bytes: MAXIMUM_APPEND_BYTES + 1 });
      expect(await subject.store.readStream(organisation, stream)).toBeUndefined();
      const batch = large(rest(subject.bytesOfType(type)));
      await subject.store.append(organisation, stream, 'none', batch);
      expect(idsOf(await subject.store.readStream(organisation, stream))).toEqual(idsOf(batch));
    });

    test("another organisation's stream reads as absent and takes nothing from strangers", async () => {
      const [owner, stranger, stream] = [newOrganisation(), newOrganisation(), newStream()];
      const mine = records(1);
      await subject.store.append(owner, stream, 'none', mine);
      expect(await subject.store.readStream(stranger, stream)).toBeUndefined();
      const asAbsent = { name: 'WrongExpectedRevision', actual: 'none' };
      const isRefused = subject.names === 'taken once';
      const refused: ExpectedRevision[] = isRefused ? ['any', 'none', 'exists', 0] : ['exists', 0];
      for (const expected of refused) {
        for (const batch of [records(1), mine, []]) {
          const append = subject.store.append(stranger, stream, expected, batch);
          await expect(append).rejects.toMatchObject(asAbsent);
        }
      }
      expect(await subject.store.readStream(stranger, stream)).toBeUndefined();
      if (!isRefused) {
        const theirs = records(2);
        await subject.store.append(stranger, stream, 'none', theirs);
        expect(idsOf(await subject.store.readStream(stranger, stream))).toEqual(idsOf(theirs));
      }
      expect(idsOf(await subject.store.readStream(owner, stream))).toEqual(idsOf(mine));
    });

    test('everything is found again after the store was opened again', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const batch = records(3);
      const appended = await subject.store.append(organisation, stream, 'none', batch);
      const before = await subject.store.readStream(organisation, stream);
      await subject.reopen();
      expect(await subject.store.readStream(organisation, stream)).toEqual(before);
      expect(await subject.store.head()).toBeGreaterThanOrEqual(appended.position);
      expect(await subject.store.append(organisation, stream, 'none', batch)).toMatchObject(
        appended,
      );
      const { revision } = await subject.store.append(organisation, stream, 2, records(1));
      expect(revision).toBe(3);
    });

    test('a closed store says so', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const { store } = subject;
      await store.append(organisation, stream, 'none', records(1));
      await subject.reopen();
      const closed = { name: 'StoreClosed' };
      await expect(store.append(organisation, stream, 0, records(1))).rejects.toMatchObject(closed);
      await expect(store.readStream(organisation, stream)).rejects.toMatchObject(closed);
      await expect(store.head()).rejects.toMatchObject(closed);
      await expect(store.close()).resolves.toBeUndefined();
      expect(await subject.store.readStream(organisation, stream)).toHaveLength(1);
    });
  });
}
