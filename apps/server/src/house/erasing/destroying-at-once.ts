import { application, applicationEvents, candidateEvents } from '@vivier/domain';
import type { OrganisationId, Recorded } from '@vivier/kernel';
import type { CommandPorts } from '@vivier/runtime';
import type { Vault } from '@vivier/vault';

type Keys = Pick<Vault, 'destroyPerson' | 'destroyScope'>;
type Erased = ReturnType<typeof candidateEvents.SubjectErased>['data'];
type Forgotten = ReturnType<typeof applicationEvents.DossierForgotten>['data'];

/** What is to be destroyed for an event; undefined where it is no erasure. */
const destroying = (
  vault: Keys,
  organisationId: OrganisationId,
  { type, data }: Recorded,
): Promise<void> | undefined => {
  switch (type) {
    case candidateEvents.SubjectErased.type:
      return vault.destroyPerson(organisationId, (data as Erased).candidateId);
    case applicationEvents.DossierForgotten.type: {
      const { candidateId, applicationId } = data as Forgotten;
      return vault.destroyScope(organisationId, candidateId, application.scope(applicationId));
    }
    default:
      return undefined;
  }
};

/**
 * Destroys and fences the keys in the process that has just written an erasure, before its sender is
 * answered, and before those who follow the log have to work through all that is kept about somebody. It is
 * the effect `destroyKeys` that answers for it: that one does it again, and does it where this process dies
 * in between, or where it fails here.
 */
export const destroyingAtOnce =
  (vault: Keys): NonNullable<CommandPorts['onAppended']> =>
  (organisationId, events) => {
    const begun = events.flatMap((event) => destroying(vault, organisationId, event) ?? []);
    return begun.length === 0 ? undefined : Promise.allSettled(begun).then(() => undefined);
  };
