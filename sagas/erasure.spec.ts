import { candidateEvents, type CandidateId } from '@vivier/domain/events';
import type { Recorded } from '@vivier/kernel';
import { sagas } from './index.ts';

const candidateId = 'ada00000-0000-4000-8000-000000000001' as CandidateId;
const erased = {
  ...candidateEvents.SubjectErased({ candidateId }),
  ...{ key: candidateId, personId: candidateId, at: '2026-03-02T09:00:00.000Z' },
} as unknown as Recorded;

test.each(sagas.map((saga) => [saga.name, saga] as const))(
  'GDPR 17: %s knows nothing of whoever is erased any more, and plans nothing',
  (_, saga) => {
    const known = JSON.parse(JSON.stringify(saga.initial)) as object;
    const states: unknown[] = [known, { ...known, somebody: candidateId }];
    expect(saga.instance(erased)).toBe(candidateId);
    for (const state of states) {
      // The beginning is what the runner does not keep.
      const left = saga.evolve[erased.type]?.(state, erased);
      expect(left).toEqual(saga.initial);
      expect(saga.agenda(left, saga.organisation?.initial)).toEqual([]);
    }
  },
);
