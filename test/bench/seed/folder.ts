import { openEmbeddedReadStore } from '@vivier/read-store';
import { projections } from '@vivier/projections';
import { startProjector } from '@vivier/runtime';
import { openHouse, SEND_MAIL, silentLog, start, type House } from '@vivier/server';
import { sagas } from '@vivier/sagas';
import { openEmbeddedWorkState } from '@vivier/work-state';
import { join } from 'node:path';
import type { OrganisationId, Position } from '@vivier/kernel';
import { appendPast } from './append.ts';
import { organisationHistory } from './dossiers.ts';
import { filesOf, newCodec, openParts } from './parts.ts';

/** The servers that a folder's stores are on; default: none. */
export interface OnServers {
  readonly eventStoreUrl?: string | undefined;
  readonly mongoUrl?: string | undefined;
}

/** The organisation that lives in a house. */
export const organisationIn = async ({
  identity,
}: Pick<House, 'identity'>): Promise<OrganisationId> => {
  const [organisation] = await identity.organisations();
  if (!organisation) throw new Error('The folder has no organisation.');
  return organisation.organisationId;
};

/** The demo organisation of a folder: it has users to sign in as. */
export const organisationOf = async (
  folder: string,
  servers: OnServers = {},
): Promise<OrganisationId> => {
  const house = await openHouse({ folder, ...servers, purpose: 'bench', log: silentLog });
  try {
    return await organisationIn(house);
  } finally {
    await house.close();
  }
};

/** Makes a folder with the demo organisation in it, as the first start of the server does. */
export const makeDemo = async (
  folder: string,
  { eventStoreUrl, mongoUrl }: OnServers = {},
): Promise<void> => {
  const server = await start({
    ...(eventStoreUrl !== undefined && { eventStoreUrl }),
    ...(mongoUrl !== undefined && { mongoUrl }),
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    publicUrl: '',
    log: silentLog,
    demo: true,
  });
  await server.stop();
};

/**
 * Makes a folder whose organisation has so many dossiers, and read models that show all of them.
 *
 * @returns the number of events
 */
export const makeSeeded = async (
  folder: string,
  dossiers: number,
  servers: OnServers = {},
): Promise<number> => {
  await makeDemo(folder, servers);
  const organisationId = await organisationOf(folder, servers);
  if (servers.eventStoreUrl !== undefined || servers.mongoUrl !== undefined)
    return seedThrough(folder, servers, organisationId, dossiers);
  const parts = await openParts(folder);
  try {
    await appendPast(parts, organisationId, organisationHistory(dossiers));
    const readStore = await openEmbeddedReadStore({ file: filesOf(folder).readModels });
    const projector = await startProjector({ ...parts, readStore, projections });
    const head = await parts.store.head();
    for (const progress of projector.progress.values())
      if (!(await progress.reached(head))) throw new Error('A projection stands still.');
    await projector.stop();
    await readStore.close();
    await leaveBehind(join(folder, 'work-state.sqlite'), head);
    return head + 1;
  } finally {
    await parts.close();
  }
};

/**
 * What was appended is long past: nobody is written to about it, and no saga goes through it while a row is
 * measured.
 */
const leaveBehind = async (file: string, to: Position): Promise<void> => {
  const workState = await openEmbeddedWorkState({ file });
  const { outbox } = workState;
  for (const { name: saga } of sagas)
    await workState.commit({ saga, from: await workState.position(saga), to, instances: [] });
  const from = await outbox.position(SEND_MAIL);
  await outbox.take({ effect: SEND_MAIL, from, to, tasks: [], due: 0 });
  await workState.close();
};

/** On servers, with what a house keeps open: it follows the log while it is written. */
const seedThrough = async (
  folder: string,
  servers: OnServers,
  organisationId: OrganisationId,
  dossiers: number,
): Promise<number> => {
  const house = await openHouse({ folder, ...servers, purpose: 'bench', log: silentLog });
  const { store, vault } = house;
  const parts = { store, vault, codec: newCodec(), close: () => house.close() };
  let events = 0;
  for await (const page of store.readAll()) events += page.length;
  events += await appendPast(parts, organisationId, organisationHistory(dossiers));
  await house.settled();
  await house.close();
  return events;
};
