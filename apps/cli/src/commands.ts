import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import {
  ConfigurationMistake,
  isUnavailable,
  readConfig,
  restore,
  staffRoles,
  type StaffRole,
} from '@vivier/server';
import { ask } from './ask.ts';
import { deleteSourceAloud, migrateAloud } from './migrate.ts';
import { readPassword } from './password.ts';
import { rebuildProgress } from './rebuild-progress.ts';
import { serve } from './serve.ts';
import { verifyAloud } from './verify.ts';

/** Errors that explain themselves: their message is all that somebody needs to read. */
const explained = new Set([
  'FolderOwned',
  'ConfigurationMistake',
  'MasterKeyMissing',
  'KeyDamaged',
  'FenceDamaged',
  'SecretFileUnsafe',
  'IssuerKeyUnsafe',
  'DamagedRecord',
  'UnusableLogFile',
  'BackupUnusable',
  'UnusableEventStore',
  'StoreUnavailable',
  'DatabaseRefused',
  'EpochKeyMissing',
  'LogNewerThanProgram',
  'MoveRefused',
  'ForeignRecords',
]);

/** What MongoDB says of a right that is missing. */
const NOT_ALLOWED = 13;

/** Why something could not be done, in words for the person at the terminal. */
export const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return 'Something went wrong.';
  if (explained.has(error.name) || error instanceof ConfigurationMistake) return error.message;
  if (isUnavailable(error))
    return 'A server that the data lies on does not answer: look after it, then try again.';
  const { code } = error as { readonly code?: string | number };
  if (error.name === 'MongoServerError' && code === NOT_ALLOWED)
    return 'MongoDB does not let this user write: give it the role readWrite on the database.';
  if (code === 'EADDRINUSE')
    return 'Another program listens on this port: stop it, or set PORT to another one.';
  if (code === 'EACCES' || code === 'EROFS')
    return 'The folder of the data cannot be written: give it to this user, or set VIVIER_DATA.';
  return error.stack ?? error.message;
};

const portOf = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return Number(text);
};

const program = (): Command => {
  const vivier = new Command('vivier')
    .description('An event-sourced recruitment core.')
    .exitOverride();

  vivier
    .command('serve')
    .description('Start the server (HOST, PORT, PUBLIC_URL, VIVIER_DATA).')
    .option(
      '--eventstore-port <port>',
      'also serve the log, to be read, under EventStoreDB’s protocol on the loopback address',
      portOf,
    )
    .option('--eventstore-file <file>', 'there, serve this log instead, to be read and written')
    .action((options: { readonly eventstorePort?: number; readonly eventstoreFile?: string }) => {
      const { eventstorePort: port, eventstoreFile: file } = options;
      if (file !== undefined && port === undefined)
        throw new ConfigurationMistake('--eventstore-file needs an --eventstore-port: name one.');
      return serve(
        readConfig(process.env, process.cwd(), console.error),
        port === undefined
          ? {}
          : { eventStoreProtocol: { port, ...(file && { file: resolve(file) }) } },
      );
    });

  const organisation = vivier
    .command('organisation')
    .description('Organisations of this installation.');
  organisation
    .command('create')
    .description('Make an organisation.')
    .requiredOption('--slug <slug>', 'what signing in names: lower-case letters, digits, hyphens')
    .requiredOption('--name <name>', 'its name, as candidates read it')
    .action(async ({ slug, name }: { readonly slug: string; readonly name: string }) => {
      const made = await ask({ do: 'createOrganisation', slug, name });
      if (made) console.log(`Organisation ${made['slug']} is made (${made['organisationId']}).`);
    });

  const user = vivier.command('user').description('People who work for an organisation.');
  user
    .command('add')
    .description('Add somebody; the password is asked for, or read from standard input.')
    .requiredOption('--organisation <slug>', 'the organisation’s slug')
    .addOption(
      new Option('--role <role>', 'what they may do').choices(staffRoles).makeOptionMandatory(),
    )
    .requiredOption('--email <address>', 'what they sign in with')
    .requiredOption('--name <name>', 'their name')
    .action(
      async (options: {
        readonly organisation: string;
        readonly role: StaffRole;
        readonly email: string;
        readonly name: string;
      }) => {
        const { name: fullName, ...rest } = options;
        const password = await readPassword();
        const made = await ask({ do: 'addUser', ...rest, fullName, password });
        if (made) console.log(`The ${made['role']} is added (${made['userId']}).`);
      },
    );

  vivier
    .command('clock <period>')
    .description('Move the time of a demo on by an ISO-8601 period, for example P30D.')
    .action(async (period: string) => {
      const made = await ask({ do: 'moveClock', period });
      if (made) console.log(`It is now ${made['now']}.`);
    });

  const outbox = vivier.command('outbox').description('What effects could not do.');
  outbox
    .command('list')
    .description('The tasks that were given up.')
    .action(async () => {
      const dead = await ask({ do: 'listOutbox' });
      if (!dead) return;
      const lines = Object.entries(dead).map(([task, why]) => `${task}  ${why}`);
      console.log(lines.length > 0 ? lines.join('\n') : 'Nothing was given up.');
    });
  outbox
    .command('retry <effect> <event>')
    .description('Try one of them again.')
    .action(async (effect: string, eventId: string) => {
      const made = await ask({ do: 'reviveTask', effect, eventId });
      if (made) console.log('It is tried again.');
    });

  const mail = vivier.command('mail').description('Mails in the folder, where no SMTP_URL is set.');
  mail
    .command('list')
    .description('What lies there, by id: when it was laid there, and whose it is, as ids.')
    .action(async () => {
      const mails = await ask({ do: 'listMails' });
      if (!mails) return;
      const lines = Object.entries(mails).map(([mailId, about]) => `${mailId}  ${about}`);
      console.log(lines.length > 0 ? lines.join('\n') : 'No mail lies in the folder.');
    });
  mail
    .command('show <mailId>')
    .description('What one of them says.')
    .action(async (mailId: string) => {
      const shown = await ask({ do: 'showMail', mailId });
      if (shown)
        console.log(`To: ${shown['to']}\nSubject: ${shown['subject']}\n\n${shown['text']}`);
    });

  vivier
    .command('rebuild [projection]')
    .description('Build read models anew from the log; what there is goes on answering meanwhile.')
    .action(async (projection?: string) => {
      const progress = rebuildProgress(console.log);
      const done = await ask({ do: 'rebuild', ...(projection && { projection }) }, progress);
      for (const [name, how] of Object.entries(done ?? {}))
        console.log(`${name}: rebuilt, ${how}.`);
    });

  vivier
    .command('verify')
    .description('Look at everything in the log: each checksum, each stream, the file itself.')
    .action(verifyAloud);

  const placesOf = (data: string, keys: string) => ({ data: resolve(data), keys: resolve(keys) });
  vivier
    .command('backup <folder>')
    .description('Copy log, files and accounts into one new folder and the keys into another.')
    .requiredOption('--keys <folder>', 'where the keys go; keep it apart from the rest')
    .action(async (folder: string, { keys }: { readonly keys: string }) => {
      const made = await ask({ do: 'backUp', ...placesOf(folder, keys) });
      if (made)
        console.log(
          `Backup of ${made['begunAt']}: ${made['files']} files, ${made['bytes']} bytes.`,
        );
    });
  vivier
    .command('restore <folder>')
    .description('Put a backup into VIVIER_DATA, which holds no data but erased.jsonl.')
    .requiredOption('--keys <folder>', 'the folder of the backup’s keys')
    .action(async (folder: string, { keys }: { readonly keys: string }) => {
      const { dataFolder } = readConfig(process.env, process.cwd());
      const { begunAt, files, erasuresUnknownSince } = await restore(
        dataFolder,
        placesOf(folder, keys),
      );
      console.log(`Restored as of ${begunAt}: ${files} files, each as it was backed up.`);
      if (erasuresUnknownSince !== undefined)
        console.error(
          `There is no erased.jsonl: erasures after ${erasuresUnknownSince} are not known here, and ` +
            'who was erased since then must be erased again. If you have the file, put its newest ' +
            'form into the folder before you start.',
        );
    });

  vivier
    .command('migrate')
    .description(
      'Move the stores of VIVIER_DATA to the servers of EVENTSTORE_URL and MONGODB_URL; the server is stopped.',
    )
    .option('--delete-source', 'delete what the folder still holds of stores that were moved')
    .action((options: { readonly deleteSource?: true }) =>
      options.deleteSource ? deleteSourceAloud() : migrateAloud(),
    );

  const replay = vivier.command('replay').description('What something was like, told by the log.');
  replay
    .command('dossier <applicationId>')
    .description('A dossier as it was at an instant, as JSON; personal values stay sealed.')
    .requiredOption(
      '--until <instant>',
      'ISO-8601 with its offset, for example 2026-03-02T09:30:00Z',
    )
    .option('--organisation <slug>', 'where there are several; default: whichever has it')
    .action(
      async (
        applicationId: string,
        options: { readonly until: string; readonly organisation?: string },
      ) => {
        const made = await ask({ do: 'replayDossier', applicationId, ...options });
        if (made) console.log(JSON.stringify(JSON.parse(made['dossier'] ?? 'null'), null, 2));
      },
    );
  return vivier;
};

/** Runs one command line; a failure is one message on standard error and an exit code of 1. */
export const run = async (argv: readonly string[]): Promise<void> => {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode;
      return;
    }
    console.error(explain(error));
    process.exitCode = 1;
  }
};
