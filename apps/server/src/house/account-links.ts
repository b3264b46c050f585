import { candidate, type CandidateId, type CandidateState, type LinkId } from '@vivier/domain';
import type { LinkKind } from '@vivier/domain';
import type { OrganisationId, Scope } from '@vivier/kernel';
import { equalInConstantTime, KeyFenced, type Vault } from '@vivier/vault';
import type { House } from './house.ts';

/** What the token in a mail stands for. */
export interface AccountLink {
  readonly organisationId: OrganisationId;
  readonly candidateId: CandidateId;
  readonly linkId: LinkId;
  readonly kind: LinkKind;
}

const UUID_BYTES = 16;
const MAC_BYTES = 16;
const account = 'account' as Scope;

/** Where a link of each kind leads, below `/account/`. */
export const ACCOUNT_PAGES: Readonly<Record<LinkKind, string>> = {
  activation: 'activation',
  passwordReset: 'password',
  addressChange: 'address',
};

const bytesOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

const uuidOf = (bytes: Buffer, index: number): string =>
  bytes
    .subarray(index * UUID_BYTES, (index + 1) * UUID_BYTES)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const tokenOf = ({ organisationId, candidateId, linkId }: AccountLink, mac: string): string =>
  Buffer.concat([
    ...[organisationId, candidateId, linkId].map(bytesOf),
    Buffer.from(mac, 'hex').subarray(0, MAC_BYTES),
  ]).toString('base64url');

/**
 * The token of a link in a mail. Nothing of it is stored but the link's id: it is three ids and a hash
 * under the person's own key, so that nobody makes one up, one of a kind is none of another, and every
 * one is worth nothing once the person was erased. It can be made again at any time.
 *
 * @throws KeyFenced where the person was erased
 */
export const accountLinkToken = async (
  vault: Pick<Vault, 'mac'>,
  link: AccountLink,
): Promise<string> => {
  const { organisationId, candidateId, linkId, kind } = link;
  const purpose = `account-link.${kind}`;
  return tokenOf(link, await vault.mac(organisationId, candidateId, account, purpose, linkId));
};

/** What a mail links to. The token stands behind `#`: no server is sent it, no log keeps it. */
export const accountLinkUrl = (publicUrl: string, kind: LinkKind, token: string): string =>
  `${publicUrl}/account/${ACCOUNT_PAGES[kind]}#${token}`;

/**
 * What a token stands for. One that was never handed out, or was to somebody who is not there any more,
 * is undefined after the same work; whether the link still leads anywhere is for the domain to say.
 */
export const readAccountLinkToken = async (
  { vault, identity, load }: Pick<House, 'vault' | 'identity' | 'load'>,
  kind: LinkKind,
  token: string,
): Promise<AccountLink | undefined> => {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== 3 * UUID_BYTES + MAC_BYTES) return undefined;
  const organisationId = uuidOf(bytes, 0) as OrganisationId;
  if ((await identity.organisation(organisationId)) === undefined) return undefined;
  const candidateId = uuidOf(bytes, 1) as CandidateId;
  const link = { organisationId, candidateId, linkId: uuidOf(bytes, 2) as LinkId, kind };
  const { status } = (await load(organisationId, candidate, candidateId)).state as CandidateState;
  const nobodys = async (): Promise<string> =>
    tokenOf(link, await vault.organisationMac(organisationId, 'account-link', link.linkId));
  // To ask for a hash would make a key: somebody who is not there gets none.
  const expected = await (
    status === 'registered' ? accountLinkToken(vault, link) : nobodys()
  ).catch((error: unknown) => {
    if (error instanceof KeyFenced) return nobodys();
    throw error;
  });
  return equalInConstantTime(expected, token) && status === 'registered' ? link : undefined;
};
