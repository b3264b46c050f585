import { createHash } from 'node:crypto';
import type { EventId } from '@vivier/kernel';
import type { Connection } from './connection.ts';
import { UnusableEventStore } from './unusable.ts';

/** No stream of the log is called so, since their names hold a dot: nobody who reads the log meets it. */
const STREAM = 'vivier-installation';

/** Rises when a later version keeps the log in a way that this one would misread. */
const FORMAT = 1;

interface Installation {
  readonly id: string;
  readonly format: number;
}

const read = async (connection: Connection): Promise<Installation | undefined> => {
  const [event] = (await connection.readStream(STREAM, { direction: 'forwards', limit: 1 })) ?? [];
  return event && (JSON.parse(Buffer.from(event.data).toString('utf8')) as Installation);
};

const mustBe = (found: Installation, installation: string): void => {
  if (found.id !== installation)
    throw new UnusableEventStore(
      'The event store belongs to another installation: give this one an event store of its own, or the folder (VIVIER_DATA) with the installation.json and the keys that the event store was filled with.',
    );
  if (found.format > FORMAT)
    throw new UnusableEventStore(
      'The log in the event store was written by a newer version of the program: start that version.',
    );
};

/**
 * Whether the log is this installation's or nobody's; writes nothing.
 *
 * @param isEmpty whether it holds no event of anybody's
 * @returns whether it was claimed before
 * @throws UnusableEventStore where it is somebody else's
 */
export const requireOwn = async (
  connection: Connection,
  installation: string,
  isEmpty: boolean,
): Promise<boolean> => {
  const found = await read(connection);
  if (found) mustBe(found, installation);
  if (found) return true;
  if (!isEmpty)
    throw new UnusableEventStore(
      'The event store holds events of an installation that is not known: name an empty event store.',
    );
  return false;
};

/** Its event is one and the same, whichever process brings it. */
const idOf = (installation: string): EventId => {
  const hash = createHash('sha256').update(`vivier-installation ${installation}`).digest('hex');
  const [, ...parts] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(hash) ?? [];
  const [first, second, third, fourth, fifth] = parts;
  return `${first}-${second}-8${third}-8${fourth}-${fifth}` as EventId;
};

/**
 * Makes the log this installation's own, unless it is that already.
 *
 * @throws UnusableEventStore where somebody else was quicker
 */
export const claimLog = async (connection: Connection, installation: string): Promise<void> => {
  const record = {
    id: idOf(installation),
    type: 'VivierInstallation.v1',
    contentType: 'application/json',
    data: Buffer.from(JSON.stringify({ id: installation, format: FORMAT })),
    metadata: Buffer.from('{}'),
  } as const;
  if ((await read(connection)) === undefined) await connection.append(STREAM, 'none', [record]);
  const found = await read(connection);
  if (found) mustBe(found, installation);
};
