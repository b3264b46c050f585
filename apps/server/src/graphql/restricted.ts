import type { CandidateSpace, DossierDocument } from '@vivier/projections';

type State = DossierDocument['state'];

/** In which the organisation still has to do with the person, for something that it has not decided against. */
const ALIVE: readonly State[] = ['draft', 'submitted', 'returned', 'accepted'];

export const isAlive = (state: State): boolean => ALIVE.includes(state);

/**
 * Whether only compliance opens what is about a person: one dossier at least was finally rejected and
 * is kept, and none is alive. What was withdrawn or forgotten beside opens nobody.
 */
export const isRestricted = ({ applications }: Pick<CandidateSpace, 'applications'>): boolean =>
  applications.some(({ restricted }) => restricted) &&
  !applications.some(({ state }) => isAlive(state));

type Known = Pick<DossierDocument, 'candidateId' | 'state' | 'restricted'>;

/** The same of several people at once, of each of whom all dossiers are given. */
export const restrictedAmong = (dossiers: readonly Known[]): ReadonlySet<string> => {
  const people = new Set<string>();
  // One that was forgotten since is not kept any more.
  for (const { candidateId, state, restricted } of dossiers)
    if (restricted && state === 'rejectedFinally') people.add(candidateId);
  for (const { candidateId, state } of dossiers) if (isAlive(state)) people.delete(candidateId);
  return people;
};
