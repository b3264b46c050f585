import { randomUUID } from 'node:crypto';
import { candidate, type CandidateId, type LinkId } from '@vivier/domain';
import type { OrganisationId } from '@vivier/kernel';
import { accountLinkToken, type AccountLink } from '@vivier/server';
import type { Client } from './client.ts';
import { mutationText } from './operations.ts';
import { PASSWORD, registered, signIn, staffed, type Registered, type Staff } from './people.ts';
import { running, type Running } from './running.ts';

export type LinkKind = AccountLink['kind'];

const askedFor: Readonly<Record<string, LinkKind>> = {
  ActivationRequested: 'activation',
  PasswordResetRequested: 'passwordReset',
  AddressChangeRequested: 'addressChange',
};

/** What happened to an account, and the tokens that its mails would carry. */
export const accountLinks = async ({ server }: Running, { slug }: Pick<Staff, 'slug'>) => {
  const { identity, vault, load } = server.house;
  const organisationId = (await identity.organisationBySlug(slug))
    ?.organisationId as OrganisationId;
  const eventsOf = async ({ candidateId }: Pick<Registered, 'candidateId'>) =>
    (await load(organisationId, candidate, candidateId)).events;
  const tokenFor = (
    { candidateId }: Pick<Registered, 'candidateId'>,
    kind: LinkKind,
    linkId: string,
  ): Promise<string> =>
    accountLinkToken(vault, {
      organisationId,
      candidateId: candidateId as CandidateId,
      linkId: linkId as LinkId,
      kind,
    });
  /** The id of the newest link of a kind. */
  const newest = async (
    person: Pick<Registered, 'candidateId'>,
    kind: LinkKind,
  ): Promise<LinkId> => {
    const last = (await eventsOf(person)).findLast(({ type }) => askedFor[type] === kind);
    if (!last) throw new Error(`No link of ${kind} was asked for.`);
    return (last.data as { readonly linkId: LinkId }).linkId;
  };
  return {
    organisationId,
    eventsOf,
    tokenFor,
    newest,
    mailed: async (person: Pick<Registered, 'candidateId'>, kind: LinkKind): Promise<string> =>
      tokenFor(person, kind, await newest(person, kind)),
  };
};

/** The token of an unused link in a mail to somebody new. */
export const someonesLink = async (
  running: Running,
  maison: Staff,
  kind: LinkKind,
): Promise<string> => {
  const email = `${randomUUID()}@example.org`;
  const invitation = await maison.invite(`Links ${randomUUID()}`);
  const person = await registered(running, maison, invitation, { fullName: 'Some Body', email });
  if (kind === 'passwordReset')
    await running.anybody.do('requestPasswordReset', { organisation: maison.slug, email });
  if (kind === 'addressChange')
    await person.client.do('requestAddressChange', { email: `new-${email}` });
  return (await accountLinks(running, maison)).mailed(person, kind);
};

export interface Person extends Registered {
  readonly email: string;
}

/** Which mutation follows a link of a kind. */
export const following = {
  activation: 'confirmAccount',
  passwordReset: 'resetPassword',
  addressChange: 'confirmAddressChange',
} as const;
export const kinds = Object.keys(following) as LinkKind[];

export const NEW_PASSWORD = 'another long password';
export const HALF_AN_HOUR = 30 * 60_000;

/** A house in which people ask for links and follow them. */
export const houseOfLinks = async () => {
  const house = await running();
  const maison = await staffed(house);
  const invitation = await maison.invite();
  const links = await accountLinks(house, maison);
  let people = 0;

  /** Somebody new, signed in. Mails are counted by who asks: everybody begins anew after a while. */
  const somebody = async (): Promise<Person> => {
    house.clock.advance(HALF_AN_HOUR / 2);
    const email = `person-${(people += 1)}@example.org`;
    const person = { fullName: 'Some Body', email };
    return { ...(await registered(house, maison, invitation, person)), email };
  };
  const reset = (email: string) =>
    house.anybody.do('requestPasswordReset', { organisation: maison.slug, email });

  return {
    house,
    maison,
    invitation,
    ...links,
    somebody,
    reset,
    typesOf: async (person: Registered): Promise<string[]> =>
      (await links.eventsOf(person)).map(({ type }) => type),
    /** A link of each kind, on its way. */
    withLinks: async (): Promise<{
      readonly person: Person;
      readonly tokens: Readonly<Record<LinkKind, string>>;
    }> => {
      const person = await somebody();
      await reset(person.email);
      await person.client.do('requestAddressChange', { email: `new-${person.email}` });
      const [activation = '', passwordReset = '', addressChange = ''] = await Promise.all(
        kinds.map((kind) => links.mailed(person, kind)),
      );
      return { person, tokens: { activation, passwordReset, addressChange } };
    },
    /** Follows a link; `done`, or the code of the refusal. */
    follow: async (kind: LinkKind, token: string): Promise<string> => {
      const input = kind === 'passwordReset' ? { token, password: NEW_PASSWORD } : { token };
      const { errors } = await house.anybody.send(mutationText(following[kind]), { input });
      return errors[0]?.extensions.code ?? 'done';
    },
    signedIn: (email: string, password = PASSWORD): Promise<string> =>
      signIn(house, maison.slug, email, password).then(
        () => 'signed in',
        (failure: Error) =>
          failure.message.includes('SignInFailed') ? 'SignInFailed' : failure.message,
      ),
    isSignedIn: async (client: Client): Promise<boolean> =>
      (await client.send('{ me { role } }')).errors.length === 0,
  };
};
