import { ofItsStream, projection, type Metadata, type Sealed } from '@vivier/kernel';
import { integratorEvents, type IntegratorId } from '@vivier/domain/events';

/** Whether an integrator's feed opens personal values, and who decided it last. */
export interface PersonalFeedAccess {
  readonly _id: IntegratorId;
  readonly granted: boolean;
  readonly at: string;
  readonly by: Metadata['by'];
  readonly reason: Sealed<string> | null;
}

const decided = (granted: boolean) => ({
  keys: ofItsStream,
  evolve: (
    _: PersonalFeedAccess | undefined,
    {
      at,
      by,
      data,
    }: Metadata & {
      readonly data: { readonly integratorId: IntegratorId; readonly reason: Sealed<string> };
    },
  ): PersonalFeedAccess => ({
    _id: data.integratorId,
    granted,
    at,
    by: { kind: by.kind, id: by.id, role: by.role },
    reason: data.reason,
  }),
});

/** Which programs read personal values, since when, by whose decision (GDPR 30(1)(d)). */
export const personalFeedAccess = projection<PersonalFeedAccess>()({
  name: 'personalFeedAccess',
  version: 1,
  indexes: [],
  events: [integratorEvents],
  on: { PersonalFeedGranted: decided(true), PersonalFeedWithdrawn: decided(false) },
});
