import type { OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { Vault } from '@vivier/vault';

type DigestVault = Pick<Vault, 'mac' | 'organisationMac'>;

/** Keyed with the scope's key, so that it confirms no guessed input once the scope is destroyed. */
export const digestOf = (
  vault: DigestVault,
  organisationId: OrganisationId,
  personId: PersonId | undefined,
  scope: Scope,
  canonical: string,
): Promise<string> =>
  personId === undefined
    ? vault.organisationMac(organisationId, 'input-digest', canonical)
    : vault.mac(organisationId, personId, scope, 'input-digest', canonical);
