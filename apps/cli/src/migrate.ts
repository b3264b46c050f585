import { ConfigurationMistake, createLog, deleteSource, migrate, readConfig } from '@vivier/server';

const number = new Intl.NumberFormat('en');

/**
 * Moves the stores of the folder to the servers of the environment, and says what to set from now on.
 *
 * @throws ConfigurationMistake, MoveRefused, and what a start on either would refuse with
 */
export const migrateAloud = async (): Promise<void> => {
  const { dataFolder, eventStoreUrl, mongoUrl } = readConfig(process.env, process.cwd());
  if (eventStoreUrl === undefined || mongoUrl === undefined)
    throw new ConfigurationMistake(
      'The stores of the folder move to two servers: set EVENTSTORE_URL and MONGODB_URL.',
    );
  const { at, moved } = await migrate({
    folder: dataFolder,
    eventStoreUrl,
    mongoUrl,
    log: createLog(),
    tell: console.log,
  });
  if (moved === undefined) console.log(`The stores of ${dataFolder} were moved on ${at} already.`);
  else {
    console.log(
      `Moved and compared: ${number.format(moved.events)} events (SHA-256 ${moved.sha256}), ` +
        `${number.format(moved.keys)} keys, ${number.format(moved.claims)} claims, ` +
        `${number.format(moved.organisations)} organisations, ${number.format(moved.accounts)} accounts, ` +
        `${number.format(moved.files)} files of ${number.format(moved.bytes)} bytes, ` +
        `${number.format(moved.tasks)} tasks.`,
    );
    if (moved.missingFiles > 0)
      console.error(`${moved.missingFiles} files were missing in the folder already.`);
    if (moved.damagedKeys > 0)
      console.error(`${moved.damagedKeys} keys were damaged in the folder already.`);
  }
  console.log(
    [
      '',
      'From now on, for every process:',
      `  EVENTSTORE_URL and MONGODB_URL as they are set now, VIVIER_DATA=${dataFolder}`,
      'The folder goes on holding master-keys/, epoch-keys/, issuer-key.json, erased.jsonl,',
      'installation.json and moved.json. Its old stores lie there as they were: when all is well, run',
      '  vivier migrate --delete-source',
      'since nobody who is erased from now on is out of reach of the old keys.',
    ].join('\n'),
  );
};

/**
 * Deletes the old stores of a folder that was moved.
 *
 * @throws MoveRefused, FolderOwned
 */
export const deleteSourceAloud = async (): Promise<void> => {
  const { dataFolder } = readConfig(process.env, process.cwd());
  console.log(
    (await deleteSource(dataFolder))
      ? `The old stores of ${dataFolder} are deleted; what the servers need is still there.`
      : `There are no old stores in ${dataFolder} any more.`,
  );
};
