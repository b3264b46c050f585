import {
  accountRejections,
  candidate,
  candidateEvents,
  candidateRejections,
  refusalOfLink,
  type CandidateState,
  type CommandName,
  type LinkKind,
} from '@vivier/domain';
import { SignInRefused, type AccountId } from '@vivier/identity';
import {
  isRejection,
  type Actor,
  type CommandId,
  type PersonId,
  type Rejection,
} from '@vivier/kernel';
import type { Done } from '@vivier/runtime';
import { KeyFenced, newId } from '@vivier/vault';
import { readAccountLinkToken, type AccountLink } from './account-links.ts';
import type { House } from './house.ts';
import { openedAddress } from './login-address.ts';
import { signInRejection } from './sign-in-rejections.ts';

/** How the command is sent: directly, or over the API's command bus. */
type Send = House['execute'];
type Outcome = Done | Rejection;

/** Somebody who followed a link. */
interface Following {
  readonly token: string;
  readonly commandId: CommandId;
}

const anonymous = (id: string): Actor => ({ kind: 'anonymous', id, role: 'anonymous' });

/** Reads the token and works in its person's turn; what takes other persons' turns comes `before`. */
const following = async (
  house: House,
  kind: LinkKind,
  token: string,
  work: (link: AccountLink) => Promise<Outcome>,
  before?: () => Promise<void>,
): Promise<Outcome> => {
  const link = await readAccountLinkToken(house, kind, token);
  if (!link) return accountRejections.LinkUnknown();
  await before?.();
  return house.forPerson(link.candidateId, () => work(link));
};

const commandOf = (
  name: CommandName,
  { organisationId, candidateId, linkId }: AccountLink,
  commandId: CommandId,
  more: object = {},
) => ({
  name,
  organisationId,
  by: anonymous(linkId),
  commandId,
  input: { candidateId, linkId, ...more },
});

/** The person's stream, and why the link leads nowhere at this moment, if it does not. */
const looked = async (
  { load, clock }: House,
  { organisationId, candidateId, linkId, kind }: AccountLink,
) => {
  const { state, events } = await load(organisationId, candidate, candidateId);
  const now = new Date(clock.now()).toISOString();
  return { refusal: refusalOfLink(state as CandidateState, kind, linkId, now), events };
};

/** What identity refuses, as a refusal. */
const orRefused = async (work: () => Promise<void>): Promise<Rejection | undefined> => {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof SignInRefused) return signInRejection(error);
    throw error;
  }
};

export const confirmAccount = (
  house: House,
  { token, commandId }: Following,
  send: Send = house.execute,
): Promise<Outcome> =>
  following(house, 'activation', token, (link) =>
    send(commandOf('ConfirmAccount', link, commandId)),
  );

/**
 * Has a link for a new password sent, where the address is a candidate's. Whoever asks learns nothing of
 * that: the outcome is the same, after comparable work. Nothing is sent to staff, whose addresses are not
 * kept.
 *
 * @throws SignInRefused TooManyAttempts
 * @returns a refusal that says nothing of the address: the store takes nothing in at the moment
 */
export const requestPasswordReset = async (
  house: House,
  asked: {
    readonly organisation: string;
    readonly email: string;
    /** The network address. */
    readonly from: string;
    readonly commandId: CommandId;
  },
  send: Send = house.execute,
): Promise<Rejection | undefined> => {
  const { identity, vault } = house;
  const { organisation: slug, email, from, commandId } = asked;
  await identity.countMailAsked({ organisation: slug, about: email, from });
  const organisation = await identity.organisationBySlug(slug);
  if (!organisation) return undefined;
  const { organisationId } = organisation;
  const holder = await vault.claims.holder(organisationId, email);
  const candidateId = holder ?? (newId() as PersonId);
  return house.forPerson(candidateId, async () => {
    const outcome = await send({
      name: 'RequestPasswordReset',
      organisationId,
      by: anonymous(candidateId),
      commandId,
      input: { candidateId },
    });
    if (!isRejection(outcome)) return undefined;
    // What is appended for somebody is written for nobody too: the disk takes as long.
    const nobody = { organisation: '', about: newId(), from: newId() };
    await identity.countMailAsked(nobody);
    return outcome.retry === 'never' ? undefined : outcome;
  });
};

/**
 * Sets the password, which ends the login sessions, then notes it. After a crash in between the link is
 * good still, and the same command goes on from there.
 */
export const resetPassword = (
  house: House,
  { token, commandId, password }: Following & { readonly password: string },
  send: Send = house.execute,
): Promise<Outcome> =>
  following(house, 'passwordReset', token, async (link) => {
    const { organisationId, candidateId } = link;
    const accountId = candidateId as string as AccountId;
    const { refusal } = await looked(house, link);
    const refused =
      refusal ??
      (await orRefused(() => house.identity.setPassword(organisationId, accountId, password)));
    // The door tells a refused link from a repeated command.
    return refused && refused !== refusal
      ? refused
      : send(commandOf('ResetPassword', link, commandId));
  });

/**
 * Claims the new address, gives it to the account, which ends the login sessions, notes the change, and
 * lets go of the old address. Whatever a crash leaves, the address of the log and no other is the
 * person's in the end: the same command goes on from there, and else the effect `settleAddress` or the
 * housekeeping.
 */
export const confirmAddressChange = (
  house: House,
  { token, commandId }: Following,
  send: Send = house.execute,
): Promise<Outcome> =>
  following(
    house,
    'addressChange',
    token,
    (link) => changeAddress(house, link, commandId, send),
    // Somebody who never came to register may hold the address still.
    () => house.releaseClaims(),
  );

const changeAddress = async (
  house: House,
  link: AccountLink,
  commandId: CommandId,
  send: Send,
): Promise<Outcome> => {
  const { vault, identity, clock } = house;
  const { organisationId, candidateId, linkId } = link;
  const { refusal, events } = await looked(house, link);
  const asked = events.find(
    ({ type, data }) =>
      type === candidateEvents.AddressChangeRequested.type &&
      (data as { linkId?: unknown }).linkId === linkId,
  );
  const email = asked && (await openedAddress(vault, organisationId, candidateId, asked));
  if (email === undefined) return accountRejections.LinkUnknown();
  const command = commandOf('ConfirmAddressChange', link, commandId, { email });
  // The door tells a refused link from a repeated command.
  if (refusal) return send(command);
  const undone = async (rejection: Rejection): Promise<Rejection> => {
    await house.settleAddress(organisationId, candidateId);
    return rejection;
  };
  try {
    const claimed = await vault.claims.claim(organisationId, email, candidateId, clock.now());
    if (claimed === 'taken') return candidateRejections.AddressTaken();
  } catch (error) {
    if (error instanceof KeyFenced) return accountRejections.LinkUnknown();
    throw error;
  }
  const accountId = candidateId as string as AccountId;
  const refused = await orRefused(() => identity.changeAddress(organisationId, accountId, email));
  if (refused) return undone(refused);
  const outcome = await send(command);
  if (isRejection(outcome)) return undone(outcome);
  await house.settleAddress(organisationId, candidateId);
  return outcome;
};
