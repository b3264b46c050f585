// The program as its next release would be, in which an invitation says whom it is for. It reads the
// invitations of today's release, which does not read its own.
import { aggregates } from '@vivier/domain';
import type { EventFacts } from '@vivier/kernel';
import { z } from 'zod';

const declared: EventFacts = aggregates.recruitmentModule.events.InvitationCreated;
const everybody = 'everybody';
const changed: Omit<EventFacts, 'type'> = {
  fields: { ...declared.fields, audience: z.string().default(everybody) },
  version: 2,
  upcasts: { 1: (old: object) => ({ ...old, audience: everybody }) },
};
Object.assign(declared, changed);

await import(new URL('../../apps/cli/src/main.ts', import.meta.url).href);
