import { defineRejections } from '@vivier/kernel';

/** Refusals that any command may meet. */
export const commandRejections = defineRejections({
  NotAllowed: {
    message: 'Your role may not do this.',
    remedy: 'Ask somebody of the organisation who may.',
  },
  InvalidInput: {
    message: 'Some of the input is not acceptable.',
    remedy: 'Correct the fields in the details and send again.',
  },
  CommandIdReused: {
    message: 'This commandId was used for another command or with another input.',
    remedy: 'Use a new commandId for each new command; repeat one only with the same input.',
  },
  ChangedSinceSeen: {
    message: 'What you decide about has changed since you read it.',
    remedy: 'Read it again, see who changed what in the details, then decide.',
  },
  TooManyConflicts: {
    message: 'Others are changing the same thing at this moment; nothing was changed by you.',
    remedy: 'Send the same command again with the same commandId.',
    retry: 'now',
  },
  InputTooLarge: {
    message: 'The input is larger than one change may be (1 MiB).',
    remedy: 'Shorten it and send again.',
  },
  StoreFull: {
    message: 'The disk of the service is full; nothing was changed.',
    remedy:
      'Tell whoever runs the service to free some space, then send the same command again with the same commandId. Reading goes on.',
    retry: 'later',
  },
  UpgradeNeeded: {
    message:
      'What this is about was written by a newer version of the program; nothing was changed.',
    remedy:
      'Tell whoever runs the service to start that version, then send the same command again with the same commandId.',
    retry: 'later',
  },
  UpgradeInProgress: {
    message:
      'The service is being brought up to date, and an older part of it could not read what this writes; nothing was changed.',
    remedy: 'Send the same command again with the same commandId in a few minutes.',
    retry: 'later',
  },
});
