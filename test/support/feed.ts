import { once } from 'node:events';
import { createClient, type Client as WsClient } from 'graphql-ws';
import { administer } from '@vivier/server';
import { WebSocket } from 'ws';
import type { Answer, Client, Refusal, Variables } from './client.ts';
import { PASSWORD, signIn } from './people.ts';
import type { Running } from './running.ts';
import { feedAt } from './started.ts';

/** An event as integrators see it. */
export interface Told {
  readonly eventId: string;
  readonly type: string;
  readonly version: number;
  readonly aggregate: string;
  readonly key: string;
  readonly at: string;
  readonly by: { readonly kind: string; readonly id: string; readonly role: string };
  readonly commandId: string;
  readonly causationId: string;
  readonly correlationId: string;
  readonly position: string;
  readonly personId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

export const feedQuery = `subscription Feed($after: Position, $types: [String!]) {
  domainEvents(after: $after, types: $types) {
    eventId type version aggregate key at by { kind id role }
    commandId causationId correlationId position personId data
  }
}`;

export interface Integrator {
  /** The id of the account. */
  readonly id: string;
  readonly client: Client;
}

/** Adds a program that reads the feed, the way the command line does, and signs it in. */
export const integratorOf = async (
  running: Running,
  organisation: string,
  name = 'Ivo',
): Promise<Integrator> => {
  const email = `${name.toLowerCase()}@${organisation}.example`;
  const answer = await administer(running.server.house, {
    do: 'addUser',
    organisation,
    role: 'integrator',
    email,
    fullName: `${name} of ${organisation}`,
    password: PASSWORD,
  });
  if (!('done' in answer)) throw new Error(answer.message);
  const client = await signIn(running, organisation, email);
  return { id: answer.done['userId'] ?? '', client };
};

const tokenOf = async ({ token }: Client): Promise<string | undefined> =>
  typeof token === 'function' ? token() : token;

export const feedUrl = (url: string): string => `${url.replace(/^http/, 'ws')}/graphql`;

/** A connection of graphql-ws's own client, signed in as whoever is given. */
export const connected = (who: Client, onSocket?: (socket: WebSocket) => void): WsClient => {
  class Noted extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols);
      onSocket?.(this);
    }
  }
  return createClient({
    url: feedUrl(feedAt(who.url)),
    webSocketImpl: Noted,
    retryAttempts: 0,
    connectionParams: async () => {
      const token = await tokenOf(who);
      return token === undefined ? {} : { authorization: `Bearer ${token}` };
    },
  });
};

/** How a subscription ended. */
export interface Ended {
  /** The refusals that the server told, where it did. */
  readonly refusals: readonly Refusal[];
  /** The close frame, where there was one first. */
  readonly closed?: { readonly code: number; readonly reason: string };
}

/** One subscription that is being read. */
export interface Reading {
  readonly told: readonly Told[];
  /** Resolves once so many events have come. */
  readonly until: (count: number) => Promise<readonly Told[]>;
  /** Resolves once one has come that is asked for. */
  readonly find: (wanted: (told: Told) => boolean) => Promise<Told>;
  /** Resolves when the server has ended it. */
  readonly ended: Promise<Ended>;
  /** The reader ends it. */
  readonly leave: () => void;
}

/** Subscribes on a connection and gathers what comes. */
export const reading = (
  client: WsClient,
  variables: Variables = {},
  query = feedQuery,
): Reading => {
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const tell = (): void => {
    for (const one of [...waiting]) one();
  };
  let end: Ended | undefined;
  const over = (how: Ended): void => {
    end ??= how;
    tell();
  };
  const leave = client.subscribe<{ domainEvents: Told }>(
    { query, variables },
    {
      next: ({ data, errors }) => {
        if (errors) throw new Error(`An event came with errors: ${JSON.stringify(errors)}`);
        if (data) told.push(data.domainEvents);
        tell();
      },
      error: (failure) => {
        if (Array.isArray(failure)) over({ refusals: failure as Refusal[] });
        else {
          const { code, reason } = failure as { readonly code: number; readonly reason: string };
          if (code === undefined)
            over({ refusals: [], closed: { code: 0, reason: String(failure) } });
          else over({ refusals: [], closed: { code, reason } });
        }
      },
      complete: () => {
        over({ refusals: [] });
      },
    },
  );
  const when = <Found>(look: () => Found | undefined): Promise<Found> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (found === undefined && !end) return;
        waiting.delete(check);
        if (found !== undefined) resolve(found);
        else reject(new Error(`The feed ended first: ${JSON.stringify(end)}`));
      };
      waiting.add(check);
      check();
    });
  const ended = new Promise<Ended>((resolve) => {
    const check = (): void => {
      if (end) resolve(end);
    };
    waiting.add(check);
    check();
  });
  return {
    told,
    until: (count) => when(() => (told.length >= count ? told : undefined)),
    find: (wanted) => when(() => told.find(wanted)),
    ended,
    leave,
  };
};

/** What the log holds of an organisation, in its order: ids of events. */
export const loggedIds = async (
  { server }: Running,
  slug: string,
): Promise<readonly { readonly id: string; readonly type: string }[]> => {
  const { store, identity } = server.house;
  const organisation = await identity.organisationBySlug(slug);
  const found: { id: string; type: string }[] = [];
  for await (const records of store.readAll())
    for (const { id, type, organisationId } of records)
      if (organisationId === organisation?.organisationId)
        found.push({ id, type: type.replace(/\.v\d+$/, '') });
  return found;
};

/** What a subscription tells first: an event, or why there is none. */
export const firstOf = async (
  who: Client,
  query: string,
  variables: Variables,
): Promise<Answer<Record<string, unknown>>> => {
  let gone: Promise<unknown> | undefined;
  const client = connected(who, (socket) => {
    gone = once(socket, 'close');
  });
  const feed = reading(client, variables, query);
  await Promise.race([feed.until(1).catch(() => undefined), feed.ended]);
  const [domainEvents] = feed.told;
  const { refusals, closed } = domainEvents ? { refusals: [] } : await feed.ended;
  await client.dispose();
  // What the server did for it is over before anything else is asked.
  await gone;
  const data = domainEvents ? { domainEvents } : null;
  const [code = '', message = ''] = closed?.reason.split(': ') ?? [];
  const errors = closed ? [{ message, extensions: { code, remedy: '' } }] : refusals;
  return { status: closed?.code ?? 200, text: JSON.stringify({ data, errors }), data, errors };
};
