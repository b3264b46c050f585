import { applicationRejections } from '@vivier/domain';
import type { Metadata, Rejection } from '@vivier/kernel';
import { commandRejections } from '@vivier/runtime';
import { dossierAsOf, readInstant, type DossierThen } from './as-of.ts';
import type { House } from './house.ts';

export interface ReplayRequest {
  readonly applicationId: string;
  /** An ISO-8601 instant with its offset. */
  readonly until: string;
  /** The organisation's slug; default: whichever has the application. */
  readonly organisation?: string;
}

/** What happened, for a report: facts, and `[sealed]` where a personal value is. */
export interface ReplayedEvent {
  readonly at: string;
  readonly event: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly by: Metadata['by'];
  readonly command: string;
  readonly commandId: string;
  readonly causationId: string;
  readonly data: unknown;
}

export interface ReplayedDossier extends Omit<DossierThen, 'space' | 'events'> {
  readonly organisation: string;
  readonly until: string;
  readonly events: readonly ReplayedEvent[];
}

/**
 * A dossier as it was at an instant, with all that led there, for compliance. It holds handles, which
 * print as `[sealed]`.
 */
export const replayDossier = async (
  house: Pick<House, 'load' | 'identity'>,
  { applicationId, until, organisation }: ReplayRequest,
): Promise<ReplayedDossier | Rejection> => {
  const instant = readInstant(until);
  if (instant === undefined)
    return commandRejections.InvalidInput({
      fields: {
        until: 'must be an ISO-8601 instant with its offset, for example 2026-03-02T09:30:00Z',
      },
    });
  const organisations = await house.identity.organisations();
  const asked = organisations.filter(
    ({ slug }) => organisation === undefined || slug === organisation,
  );
  for (const { organisationId, slug } of asked) {
    const then = await dossierAsOf(house, organisationId, applicationId, instant);
    if (!then) continue;
    const { dossier, synthesis } = then;
    const events = then.events.map((event) => ({
      at: event.at,
      event: event.type,
      stream: event.stream,
      revision: event.revision,
      position: event.position,
      by: event.by,
      command: event.command,
      commandId: event.commandId,
      causationId: event.causationId,
      data: event.data,
    }));
    return { organisation: slug, until, dossier, synthesis, events };
  }
  return applicationRejections.ApplicationUnknown();
};
