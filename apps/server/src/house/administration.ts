import { SignInRefused, type AccountId, type Organisation, type Role } from '@vivier/identity';
import type { EventId, OrganisationId, PersonId, Scope, StreamName } from '@vivier/kernel';
import { newId } from '@vivier/vault';
import type { House } from './house.ts';

/** Roles of those whom the command line adds: people, and programs that read the feed. */
export const staffRoles = [
  'operator',
  'admin',
  'compliance',
  'integrator',
] as const satisfies readonly Role[];
export type StaffRole = (typeof staffRoles)[number];

export interface NewUser {
  /** The organisation's slug. */
  readonly organisation: string;
  readonly role: StaffRole;
  readonly email: string;
  readonly fullName: string;
  readonly password: string;
  /** Given where a repetition must find the same user; default: a new one. */
  readonly userId?: string;
}

/**
 * Makes an organisation with its own master key.
 *
 * @throws SignInRefused OrganisationExists, SlugInvalid
 */
export const createOrganisation = async (
  { identity, vault }: House,
  organisation: { readonly slug: string; readonly name: string; readonly isDemo?: boolean },
): Promise<Organisation> => {
  const organisationId = newId() as OrganisationId;
  await vault.admitOrganisation(organisationId);
  return identity.createOrganisation({ ...organisation, organisationId });
};

/**
 * Adds somebody of an organisation's staff. Their name is sealed under their own key.
 *
 * @throws SignInRefused OrganisationUnknown, AddressTaken, PasswordTooWeak
 */
export const addUser = async (
  { identity, vault }: House,
  { organisation: slug, role, email, fullName, password, userId = newId() }: NewUser,
): Promise<{ readonly userId: string }> => {
  const organisation = await identity.organisationBySlug(slug);
  if (!organisation) throw new SignInRefused('OrganisationUnknown');
  const { organisationId } = organisation;
  const personId = userId as PersonId;
  const [blob] = await vault.seal([
    {
      values: { fullName },
      origin: {
        organisationId,
        personId,
        scope: 'account' as Scope,
        stream: `user-${userId}` as StreamName,
        eventId: userId as EventId,
        type: 'User',
      },
    },
  ]);
  await identity.addAccount({
    accountId: userId as AccountId,
    organisationId,
    personId,
    role,
    email,
    password,
    sealedName: JSON.stringify(blob),
  });
  return { userId };
};
