import type { InvitationId } from '@vivier/domain';
import type { OrganisationId } from '@vivier/kernel';
import { equalInConstantTime, type Vault } from '@vivier/vault';

/** What an invitation's token stands for. */
export interface Invited {
  readonly organisationId: OrganisationId;
  readonly invitationId: InvitationId;
}

const UUID_BYTES = 16;
const MAC_BYTES = 16;

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

const uuidOf = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const macOf = async (vault: Vault, { organisationId, invitationId }: Invited): Promise<Buffer> =>
  Buffer.from(
    await vault.organisationMac(organisationId, 'invitation-link', invitationId),
    'hex',
  ).subarray(0, MAC_BYTES);

/**
 * The token of an invitation (*lien personnalisé*, R-022). It needs no storage: both ids and a keyed
 * hash under the organisation's own key, so that nobody makes one up. It can be shown again at any time.
 */
export const invitationToken = async (vault: Vault, invited: Invited): Promise<string> =>
  Buffer.concat([
    bytesOf(invited.organisationId),
    bytesOf(invited.invitationId),
    await macOf(vault, invited),
  ]).toString('base64url');

/** What a token stands for, or undefined for one that was never handed out. */
export const readInvitationToken = async (
  vault: Vault,
  isOrganisation: (id: OrganisationId) => Promise<boolean>,
  token: string,
): Promise<Invited | undefined> => {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 2 * UUID_BYTES + MAC_BYTES) return undefined;
  const invited = {
    organisationId: uuidOf(bytes.subarray(0, UUID_BYTES)) as OrganisationId,
    invitationId: uuidOf(bytes.subarray(UUID_BYTES, 2 * UUID_BYTES)) as InvitationId,
  };
  if (!(await isOrganisation(invited.organisationId))) return undefined;
  const expected = await invitationToken(vault, invited);
  return equalInConstantTime(expected, token) ? invited : undefined;
};
