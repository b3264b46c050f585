import { candidateRejections, type CommandInputs, type CommandName } from '@vivier/domain';
import { SignInRefused, type Organisation } from '@vivier/identity';
import { isRejection, START, type Actor, type CommandId } from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import { addUser, createOrganisation, type StaffRole } from './administration.ts';
import type { House } from './house.ts';
import { invitationToken } from './invitation-links.ts';
import { registerCandidate } from './registration.ts';

/** Known to everybody: the demo exists only on the loopback address. */
export const DEMO_PASSWORD = 'vivier-demo-only';

export const demoUsers: readonly {
  readonly role: StaffRole | 'candidate';
  readonly email: string;
  readonly fullName: string;
}[] = [
  { role: 'admin', email: 'admin@demo.example', fullName: 'Alix Demo' },
  { role: 'operator', email: 'operator@demo.example', fullName: 'Olu Demo' },
  { role: 'compliance', email: 'compliance@demo.example', fullName: 'Charlie Demo' },
  { role: 'integrator', email: 'integrator@demo.example', fullName: 'Program Demo' },
  { role: 'candidate', email: 'candidate@demo.example', fullName: 'Camille Exemple' },
];

const SLUG = 'demo';
const CAMPAIGN = 'Home care 2027';

/** The demo organisation of a folder, if it has one. */
export const demoOf = (house: House): Promise<Organisation | undefined> =>
  house.identity
    .organisations()
    .then((organisations) => organisations.find(({ isDemo }) => isDemo));

/**
 * Makes the demo in an empty store, or finishes one whose making was interrupted; touches no other.
 * Everything goes through the same commands as real data, with ids that repeat.
 *
 * @returns the token of its invitation; undefined where the store holds real organisations
 */
export const ensureDemo = async (house: House): Promise<string | undefined> => {
  let demo = await demoOf(house);
  if (!demo) {
    const organisations = await house.identity.organisations();
    if (organisations.length > 0 || (await house.store.head()) !== START) return undefined;
    demo = await createOrganisation(house, { slug: SLUG, name: 'Maison Exemple', isDemo: true });
  }
  const { organisationId } = demo;
  const idOf = (what: string): string => derive('demo', organisationId, what);
  const commandIdOf = (what: string): CommandId => idOf(what) as CommandId;

  for (const { role, email, fullName } of demoUsers)
    if (role !== 'candidate')
      await addUser(house, {
        organisation: SLUG,
        role,
        email,
        fullName,
        password: DEMO_PASSWORD,
        userId: idOf(role),
      });

  const by: Actor = { kind: 'account', id: idOf('admin'), role: 'admin' };
  const send = async <Name extends CommandName>(
    name: Name,
    input: CommandInputs[Name],
  ): Promise<string> => {
    const commandId = commandIdOf(name);
    const outcome = await house.execute({ name, input, organisationId, by, commandId });
    if (isRejection(outcome)) throw new Error(`The demo could not be made: ${outcome.rejected}.`);
    return (
      outcome.events.map(({ data }) => data as { invitationId?: string })[0]?.invitationId ?? ''
    );
  };
  await send('SetChecklist', {
    items: [
      { key: 'cv', label: 'Curriculum vitae', required: true },
      { key: 'diploma', label: 'Diploma or certificate', required: true },
      { key: 'cover-letter', label: 'Cover letter', required: false },
    ],
  });
  const invitationId = (await send('CreateInvitation', { campaign: CAMPAIGN })) as never;
  const invitation = await invitationToken(house.vault, { organisationId, invitationId });
  for (const { role, email, fullName } of demoUsers)
    if (role === 'candidate') {
      const commandId = commandIdOf('candidate');
      const registration = { invitation, fullName, email, password: DEMO_PASSWORD, commandId };
      const outcome = await registerCandidate(house, registration);
      // Whoever was erased stays so: the demo goes on without them.
      if (
        isRejection(outcome) &&
        outcome.rejected !== candidateRejections.CandidateUnknown().rejected
      )
        throw new SignInRefused('AddressTaken');
    }
  return invitation;
};
