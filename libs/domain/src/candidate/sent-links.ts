import type { Rejection } from '@vivier/kernel';
import type { LinkId } from './candidate.events.ts';
import { accountRejections as refuse } from './account-rejections.ts';
import { ifRegistered, type CandidateState, type Registered, type SentLink } from './state.ts';

export type LinkKind = SentLink['kind'];

/** How long a link holds, in ms. */
export const LINK_LASTS: Readonly<Record<LinkKind, number>> = {
  activation: 7 * 24 * 3_600_000,
  passwordReset: 30 * 60_000,
  addressChange: 30 * 60_000,
};

/** A link as its event tells it, sent at an ISO-8601 instant. */
export const newLink = (kind: LinkKind, linkId: string, at: string) => ({
  linkId: linkId as LinkId,
  until: new Date(Date.parse(at) + LINK_LASTS[kind]).toISOString(),
});

/** No link of these kinds leads anywhere any more; the one that did the work is among them. */
export const withoutLinks = (state: Registered, ...kinds: readonly LinkKind[]): Registered => ({
  ...state,
  links: Object.fromEntries(
    Object.entries(state.links).map(([id, link]) => [
      id,
      kinds.includes(link.kind) ? { ...link, used: true } : link,
    ]),
  ),
});

/** A link leaves in a mail; older ones of its kind end with it. */
export const linkSent = (kind: LinkKind) =>
  ifRegistered(
    (state, { data: { linkId, until } }: { data: { linkId: LinkId; until: string } }) => ({
      ...state,
      links: { ...withoutLinks(state, kind).links, [linkId]: { kind, until, used: false } },
    }),
  );

/** Why a link does not lead anywhere at an instant; undefined where it does. */
export const refusalOfLink = (
  state: CandidateState,
  kind: LinkKind,
  linkId: LinkId,
  at: string,
): Rejection | undefined => {
  const link = state.status === 'registered' ? state.links[linkId] : undefined;
  if (link?.kind !== kind) return refuse.LinkUnknown();
  if (link.used) return refuse.LinkUsed();
  return Date.parse(at) >= Date.parse(link.until) ? refuse.LinkExpired() : undefined;
};
