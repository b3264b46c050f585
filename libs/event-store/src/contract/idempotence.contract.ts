import { describe, expect, test } from '@jest/globals';
import type { Subject } from '../contract.ts';
import { EventIdConflict, WrongExpectedRevision } from '../port.ts';
import type { Appended, ExpectedRevision } from '../port.ts';
import { idsOf, newOrganisation, newStream, record, records } from './samples.contract.ts';

export function idempotenceCases(subject: Subject): void {
  const expectRepetition = (again: Appended, first: Appended | undefined): void => {
    const { repeated, ...place } = again;
    expect(place).toEqual(first);
    if (subject.store.tellsRepetitions) expect(repeated).toBe(true);
  };

  describe('appending the same events again', () => {
    test.each<ExpectedRevision>(['any', 'exists', 1])(
      'is one append when the stream is expected at "%s", even after later ones',
      async (expected) => {
        const [organisation, stream] = [newOrganisation(), newStream()];
        await subject.store.append(organisation, stream, 'none', records(2));
        const batch = records(3);
        const first = await subject.store.append(organisation, stream, expected, batch);
        expectRepetition(await subject.store.append(organisation, stream, expected, batch), first);
        await subject.store.append(organisation, stream, 'any', records(1));
        expectRepetition(await subject.store.append(organisation, stream, expected, batch), first);
        expect(await subject.store.readStream(organisation, stream)).toHaveLength(6);
      },
    );

    test('is one append for a stream that must not exist', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const batch = records(2);
      const first = await subject.store.append(organisation, stream, 'none', batch);
      expectRepetition(await subject.store.append(organisation, stream, 'none', batch), first);
      const start = await subject.store.append(organisation, stream, 'none', batch.slice(0, 1));
      expect(start.revision).toBe(0);
      expect(idsOf(await subject.store.readStream(organisation, stream))).toEqual(idsOf(batch));
    });

    test('at the same moment is one append', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const batch = records(2);
      const appends = [1, 2, 3].map(() =>
        subject.store.append(organisation, stream, 'none', batch),
      );
      const [first, ...others] = await Promise.all(appends);
      for (const other of others) expectRepetition(other, first);
      expect(await subject.store.readStream(organisation, stream)).toHaveLength(2);
    });

    test.each<ExpectedRevision>(['any', 'exists'])(
      'only in part is a conflict when the stream is expected at "%s"',
      async (expected) => {
        const [organisation, stream] = [newOrganisation(), newStream()];
        const known = record();
        await subject.store.append(organisation, stream, 'none', [known]);
        const append = subject.store.append(organisation, stream, expected, [known, record()]);
        await expect(append).rejects.toBeInstanceOf(EventIdConflict);
        expect(await subject.store.readStream(organisation, stream)).toHaveLength(1);
      },
    );

    test.each<ExpectedRevision>(['none', 0])(
      'only in part is a wrong revision when the stream is expected at "%s"',
      async (expected) => {
        const [organisation, stream] = [newOrganisation(), newStream()];
        const known = records(3);
        await subject.store.append(organisation, stream, 'none', known);
        const repeated = expected === 'none' ? known : known.slice(1);
        for (const batch of [
          [...repeated, record()],
          [...repeated.slice(0, 1), record()],
          [record(), ...repeated.slice(1)],
          [...repeated].reverse(),
        ]) {
          const append = subject.store.append(organisation, stream, expected, batch);
          await expect(append).rejects.toBeInstanceOf(WrongExpectedRevision);
        }
        expect(await subject.store.readStream(organisation, stream)).toHaveLength(3);
      },
    );

    test('behind an unknown first event is a new append, as only the first decides', async () => {
      const [organisation, stream] = [newOrganisation(), newStream()];
      const known = record();
      await subject.store.append(organisation, stream, 'none', [known]);
      const { revision } = await subject.store.append(organisation, stream, 'any', [
        record(),
        known,
      ]);
      expect(revision).toBe(2);
    });

    test('in another stream is another append', async () => {
      const organisation = newOrganisation();
      const batch = records(2);
      for (const expected of ['none', 'any'] as const) {
        const { revision } = await subject.store.append(organisation, newStream(), expected, batch);
        expect(revision).toBe(1);
      }
    });
  });
}
