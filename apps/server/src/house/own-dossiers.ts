import { application, type ApplicationState, type CandidateId, type Dossier } from '@vivier/domain';
import type { OrganisationId } from '@vivier/kernel';
import { dossier } from '@vivier/projections';
import { documentsOf } from '@vivier/runtime';
import { progressOf, visible } from '../graphql/at-least.ts';
import type { House } from './house.ts';

/**
 * Somebody's dossiers as the log tells them, not as a read model that may be late: to be asked in the
 * person's own turn, so that nothing is sent or decided meanwhile.
 *
 * @throws Refused NotYetVisible where it is not known in time which dossiers there are
 */
export const dossiersOfPerson = async (
  house: House,
  organisationId: OrganisationId,
  candidateId: CandidateId,
): Promise<readonly Dossier[]> => {
  await visible(house, [progressOf(house, dossier)], await house.store.head());
  const known = await documentsOf(house.readStore, organisationId, dossier).find({ candidateId });
  const states = await Promise.all(
    known.map(async ({ _id }) => {
      const { state } = await house.load(organisationId, application, _id);
      return state as ApplicationState;
    }),
  );
  return states.filter(
    (state): state is Dossier => state.status !== 'absent' && state.status !== 'forgotten',
  );
};
