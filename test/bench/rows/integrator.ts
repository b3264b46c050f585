import { crc32 } from 'node:zlib';
import type { EventStore } from '@vivier/event-store';
import type { OrganisationId, Position } from '@vivier/kernel';
import { DEMO_PASSWORD, demoUsers, silentLog, start, type Server } from '@vivier/server';
import { Client } from '../../support/client.ts';

/** What stands in the personal values of the seed, and must not reach an integrator without a grant. */
export const PERSONAL = ['Camille', 'example.org', 'second page'] as const;

/** The whole product with as many subscribers as come, on a seeded folder. */
export const serving = (folder: string, subscribers = 20): Promise<Server> =>
  start({
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    log: silentLog,
    requestsPerSecond: 0,
    feedLimits: { connectionsPerAccount: subscribers, subscriptionsPerAccount: subscribers },
  });

const signedIn = async ({ url }: Pick<Server, 'url'>, as: string): Promise<string> => {
  const user = demoUsers.find(({ role }) => role === as);
  const { accessToken } = await new Client(url).do('signIn', {
    organisation: 'demo',
    email: user?.email,
    password: DEMO_PASSWORD,
  });
  return accessToken;
};

/** Signs the demo's integrator in and gives the token. */
export const integratorToken = (server: Pick<Server, 'url'>): Promise<string> =>
  signedIn(server, 'integrator');

/** Does something through the API, and gives where in the log that lies, as the API writes it. */
export const positionNow = async (server: Pick<Server, 'url'>): Promise<string> => {
  const admin = new Client(server.url, await signedIn(server, 'admin'));
  const { position } = await admin.do('createInvitation', { campaign: 'Spring intake' });
  if (position === null) throw new Error('An invitation lies nowhere in the log.');
  return position;
};

export const webSocketOf = ({ url }: Pick<Server, 'url'>): string =>
  `${url.replace(/^http/, 'ws')}/graphql`;

/** How many events of an organisation come after a position, and the CRC-32 over their ids. */
export const eventsAfter = async (
  store: Pick<EventStore, 'readAll'>,
  organisationId: OrganisationId,
  after?: Position,
): Promise<{ readonly count: number; readonly sum: number }> => {
  let count = 0;
  let sum = 0;
  const filter = { organisationId };
  for await (const page of store.readAll({ filter, ...(after !== undefined && { after }) }))
    for (const { id } of page) {
      count += 1;
      sum = crc32(id, sum);
    }
  return { count, sum };
};
