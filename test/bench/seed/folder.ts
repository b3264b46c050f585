import { openEmbeddedReadStore } from '@vivier/read-store';
import { projections } from '@vivier/projections';
import { startProjector } from '@vivier/runtime';
import { openHouse, silentLog, start } from '@vivier/server';
import type { OrganisationId } from '@vivier/kernel';
import { appendPast } from './append.ts';
import { organisationHistory } from './dossiers.ts';
import { filesOf, openParts } from './parts.ts';

/** The demo organisation of a folder: it has users to sign in as. */
export const organisationOf = async (folder: string): Promise<OrganisationId> => {
  const house = await openHouse({ folder, purpose: 'bench', log: silentLog });
  const [organisation] = await house.identity.organisations();
  await house.close();
  if (!organisation) throw new Error('The folder has no organisation.');
  return organisation.organisationId;
};

/** Makes a folder with the demo organisation in it, as the first start of the server does. */
export const makeDemo = async (folder: string): Promise<void> => {
  const server = await start({
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
export const makeSeeded = async (folder: string, dossiers: number): Promise<number> => {
  await makeDemo(folder);
  const organisationId = await organisationOf(folder);
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
    return head + 1;
  } finally {
    await parts.close();
  }
};
