import { ConfigurationMistake, readConfig, verify } from '@vivier/server';

const number = new Intl.NumberFormat('en');

/** Says how far it is, whenever another twentieth is done. */
const progress = (): ((done: number, of: number) => void) => {
  let last = 0;
  return (done, of) => {
    const step = Math.floor((done / of) * 20);
    if (step === last) return;
    last = step;
    console.log(`${number.format(done)} of ${number.format(of)} events (${step * 5} %)`);
  };
};

/**
 * Looks at everything in the log and says what it found; with damage the exit code is 1.
 *
 * @throws UnusableLogFile
 */
export const verifyAloud = async (): Promise<void> => {
  const { dataFolder, eventStoreUrl } = readConfig(process.env, process.cwd());
  if (eventStoreUrl !== undefined)
    throw new ConfigurationMistake(
      'The log lies on a server, which checks its own files: leave EVENTSTORE_URL out to look at the log of a folder.',
    );
  const { events, streams, damages } = await verify(dataFolder, progress());
  if (damages.length === 0) {
    console.log(
      `The log holds: ${number.format(events)} events in ${number.format(streams)} streams, each as it ` +
        'was written.',
    );
    return;
  }
  for (const { position, what } of damages)
    console.error(position === undefined ? what : `Position ${position}: ${what}`);
  console.error(
    'The log is damaged. Stop the server, keep the folder as it is, check the disk, and restore a backup ' +
      '(`vivier restore`) into another folder; `vivier verify` on a backup tells which one is whole.',
  );
  process.exitCode = 1;
};
