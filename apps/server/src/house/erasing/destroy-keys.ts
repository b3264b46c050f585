import { application, applicationEvents, candidateEvents } from '@vivier/domain';
import { effect, type Effect } from '@vivier/kernel';
import { record, type Erasing, type ErasingPorts } from './erasing-ports.ts';

/**
 * The first half of an erasure, and the one that protects: keys and claims are destroyed and fenced, then
 * the accounts go (GDPR 17). From then on nothing opens, in no store and in no backup without the keys.
 */
export const destroyKeys = (ports: ErasingPorts): Effect => {
  const { vault, identity, execute, forPerson, faults } = ports;
  return effect<Erasing>()({
    name: 'destroyKeys',
    events: [candidateEvents, applicationEvents],
    on: {
      SubjectErased: ({ data: { candidateId } }) => ({ candidateId }),
      DossierForgotten: ({ data: { candidateId, applicationId } }) => ({
        candidateId,
        applicationId,
      }),
    },
    perform: async (erasing, attempt) => {
      const { candidateId, applicationId } = erasing;
      const { organisationId } = attempt;
      if (applicationId !== undefined) {
        await vault.destroyScope(organisationId, candidateId, application.scope(applicationId));
        faults?.at('erasing-keys-destroyed');
      } else
        // In turn with a registration that is sent again: it would make the account anew.
        await forPerson(candidateId, async () => {
          await vault.destroyPerson(organisationId, candidateId);
          faults?.at('erasing-keys-destroyed');
          await identity.removeAccountsOf(organisationId, candidateId);
          faults?.at('erasing-accounts-removed');
        });
      await record(execute, attempt, 'RecordKeysDestroyed', erasing);
      faults?.at('erasing-keys-recorded');
    },
  });
};
