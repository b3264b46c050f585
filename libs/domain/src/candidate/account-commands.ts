import { command, type EventOf } from '@vivier/kernel';
import { accountRejections } from './account-rejections.ts';
import { candidateEvents as events } from './candidate.events.ts';
import { candidateRejections as refuse } from './rejections.ts';
import { newLink, refusalOfLink } from './sent-links.ts';
import { own, type CandidateState } from './state.ts';

const act = command<CandidateState, EventOf<typeof events>>();

/** Whose account it is; a link tells it to whoever holds the link. */
const ofCandidate = { candidateId: events.CandidateRegistered.fields.candidateId };
const byLink = { ...ofCandidate, linkId: events.AccountConfirmed.fields.linkId };
const theirs = ({ candidateId }: { readonly candidateId: string }): string => candidateId;

/** What links in mails are asked for, and what they do: each is good once, until its end. */
export const accountCommands = {
  /** Asked for by its owner, and by an acceptance: none where the account is confirmed. */
  RequestActivation: act({
    input: ofCandidate,
    key: theirs,
    decide: (_, state, { at, newId }) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      if (state.confirmed) return accountRejections.AccountAlreadyConfirmed();
      return [events.ActivationRequested(newLink('activation', newId, at))];
    },
  }),

  ConfirmAccount: act({
    input: byLink,
    key: theirs,
    decide: ({ linkId }, state, { at }) =>
      refusalOfLink(state, 'activation', linkId, at) ?? [events.AccountConfirmed({ linkId })],
  }),

  /** The edge finds whose address it is, and answers alike where it is nobody's. */
  RequestPasswordReset: act({
    input: ofCandidate,
    key: theirs,
    decide: (_, state, { at, newId }) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      return [events.PasswordResetRequested(newLink('passwordReset', newId, at))];
    },
  }),

  /** The edge has set the password: no rule reads one. */
  ResetPassword: act({
    input: byLink,
    key: theirs,
    decide: ({ linkId }, state, { at }) =>
      refusalOfLink(state, 'passwordReset', linkId, at) ?? [events.PasswordReset({ linkId })],
  }),

  /** Whether another account has the address is told to nobody but who reads its mail. */
  RequestAddressChange: act({
    input: { email: events.AddressChangeRequested.fields.email },
    key: own,
    decide: ({ email }, state, { at, newId }) => {
      if (state.status !== 'registered') return refuse.CandidateUnknown();
      const link = newLink('addressChange', newId, at);
      return [events.AddressChangeRequested({ ...link, email })];
    },
  }),

  /** The address comes from the request, opened by the edge, which has claimed it in the vault. */
  ConfirmAddressChange: act({
    input: { ...byLink, email: events.LoginEmailChanged.fields.email },
    key: theirs,
    decide: ({ linkId, email }, state, { at }) =>
      refusalOfLink(state, 'addressChange', linkId, at) ?? [
        events.LoginEmailChanged({ linkId, email }),
      ],
  }),
};
