import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Erased, OrganisationId, PersonId, Scope } from '@vivier/kernel';
import type { MailContent, MailPlace, MailTransport } from './port.ts';

/** Seals and opens under the reader's keys; whoever has the keys hands it in. */
export interface MailSealing {
  seal(place: MailPlace, content: MailContent): Promise<string>;
  open(place: MailPlace, sealed: string): Promise<MailContent | Erased>;
}

/** Mails that no server took away: sealed, one file each. */
export interface MailFolder extends MailTransport {
  /** Of an organisation, of one of its people, or all, in no order. */
  list(whose?: {
    readonly organisationId: OrganisationId;
    readonly personId?: PersonId;
  }): Promise<readonly MailPlace[]>;
  /** What a mail says; `undefined` where there is none, `erased` where its key is gone. */
  read(place: MailPlace): Promise<MailContent | Erased | undefined>;
  /** Removes the files; resolves with how many there were. Idempotent, as the next. */
  removePerson(organisationId: OrganisationId, personId: PersonId): Promise<number>;
  removeScope(organisationId: OrganisationId, personId: PersonId, scope: Scope): Promise<number>;
}

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
/** Names are ids and scopes; none leads out of the folder. */
const NAME = /^[\w-]{1,100}$/;
const UNFINISHED = '.new';

const named = (name: string): string => {
  if (!NAME.test(name)) throw new RangeError('Mails are named by letters, digits and hyphens.');
  return name;
};

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

const syncFolder = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** After a crash there is the whole file or none; a second hand-over takes the first one's place. */
const writeWhole = async (path: string, text: string): Promise<void> => {
  const unfinished = `${path}${UNFINISHED}`;
  await rm(unfinished, { force: true });
  const file = await open(unfinished, 'wx', OWNER_ONLY);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
  await syncFolder(dirname(path));
};

/**
 * Where no mail server is set, mails lie in a folder: `<organisation>/<person>/<scope>/<mail>`, ids all
 * of them, so that what belongs to a person goes with one removal.
 */
export const openMailFolder = ({
  folder,
  sealing,
}: {
  readonly folder: string;
  readonly sealing: MailSealing;
}): MailFolder => {
  const under = (...names: readonly string[]): string => join(folder, ...names.map(named));
  const pathOf = ({ organisationId, personId, scope, mailId }: MailPlace): string =>
    under(organisationId, personId, scope, mailId);

  /** The ids in a folder, or the one that is asked for. */
  const idsIn = async (path: string, one?: string): Promise<readonly string[]> =>
    one === undefined ? (await namesIn(path)).filter((name) => NAME.test(name)) : [one];

  const list: MailFolder['list'] = async (whose) => {
    const places: MailPlace[] = [];
    for (const organisationId of await idsIn(folder, whose?.organisationId))
      for (const personId of await idsIn(under(organisationId), whose?.personId))
        for (const scope of await idsIn(under(organisationId, personId)))
          for (const mailId of await idsIn(under(organisationId, personId, scope)))
            places.push({ organisationId, personId, scope, mailId } as MailPlace);
    return places;
  };

  /** Files of a folder and all below it, the unfinished ones too. */
  const remove = async (path: string): Promise<number> => {
    const found = await readdir(path, { recursive: true, withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      },
    );
    await rm(path, { recursive: true, force: true });
    return found.filter((entry) => entry.isFile()).length;
  };

  return {
    through: 'folder',
    handOver: async ({ place, to, fromName, at, messageId, subject, text, html }) => {
      const path = pathOf(place);
      const content = { to, fromName, at, messageId, subject, text, html };
      const sealed = await sealing.seal(place, content);
      await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER });
      await writeWhole(path, sealed);
    },
    list,
    read: async (place) => {
      const sealed = await readFile(pathOf(place), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      return sealed === undefined ? undefined : sealing.open(place, sealed);
    },
    removePerson: (organisationId, personId) => remove(under(organisationId, personId)),
    removeScope: (organisationId, personId, scope) =>
      remove(under(organisationId, personId, scope)),
    close: () => Promise.resolve(),
  };
};
