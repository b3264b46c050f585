import { erasureEvents } from '@vivier/domain';
import { effect, streamName, type Effect } from '@vivier/kernel';
import { record, type Erasing, type ErasingPorts } from './erasing-ports.ts';

/** A saga stands still, or is far behind: it may hold plans for somebody who is gone. */
class SagasBehind extends Error {
  override readonly name = 'SagasBehind';
}

/** These go on when everything else about a person is taken out: they are the erasure. */
const ERASURE = ['destroyKeys', 'cleanCopies'];

/**
 * The second half of an erasure: what cannot be read any more is taken away as well. It begins when the log
 * says that the keys are destroyed. Documents of the read models drop their handles, and the directory its
 * names, as they follow the log.
 */
export const cleanCopies = (ports: ErasingPorts): Effect => {
  const { files, outbox, removeMailsOf, sagasFollowed, execute, faults } = ports;
  return effect<Erasing>()({
    name: 'cleanCopies',
    events: [erasureEvents],
    on: {
      KeysDestroyed: ({ data: { candidateId, applicationId } }) => ({ candidateId, applicationId }),
    },
    perform: async (erasing, attempt) => {
      const { candidateId: personId, applicationId } = erasing;
      const { organisationId } = attempt;
      const places: { place: string; removed: number }[] = [];
      // Files are a person's, whichever dossier they lie in.
      if (applicationId === undefined) {
        const removed = await files.removePerson(organisationId, personId);
        places.push({ place: 'files', removed });
      }
      faults?.at('erasing-files-removed');
      const mails = await removeMailsOf(organisationId, personId, applicationId);
      places.push({ place: 'mails', removed: mails });
      faults?.at('erasing-mails-removed');
      const stream =
        applicationId === undefined ? undefined : streamName('application', applicationId);
      const about = { organisationId, personId, ...(stream && { stream }), but: ERASURE };
      places.push({ place: 'outbox', removed: await outbox.removeAbout(about) });
      faults?.at('erasing-tasks-removed');
      // Each forgets what it knew and planned as it meets the erasure in the log.
      if (!(await sagasFollowed())) throw new SagasBehind('A saga has not seen the erasure yet.');
      faults?.at('erasing-deadlines-gone');
      // A second attempt counts what is left, so it is a command of its own; the fact is recorded once.
      const fact = { ...erasing, places };
      await record(execute, attempt, 'RecordCopiesCleaned', fact, String(attempt.attempt));
      faults?.at('erasing-cleaning-recorded');
    },
  });
};
