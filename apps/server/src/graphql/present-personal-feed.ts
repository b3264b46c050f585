import type { PersonalFeedAccess } from '@vivier/projections';
import type { Caller } from './caller.ts';
import { lazily } from './lazily.ts';
import { presentActor } from './present.ts';
import type { PersonalFeedAccessType } from './types/personal-feed.ts';

/** Whether an integrator reads personal values; the reason is opened when it is asked for. */
export const presentPersonalFeed = (
  access: PersonalFeedAccess,
  caller: Caller,
): PersonalFeedAccessType =>
  lazily<PersonalFeedAccessType>({
    integratorId: access._id,
    granted: access.granted,
    at: access.at,
    by: () => presentActor(access.by, caller),
    reason: () => caller.opening.text('PersonalFeedAccess.reason', access.reason, access._id),
  });
