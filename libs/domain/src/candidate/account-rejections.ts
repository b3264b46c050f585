import { defineRejections } from '@vivier/kernel';

export const accountRejections = defineRejections({
  LinkUnknown: {
    message: 'This link leads nowhere.',
    remedy: 'Open it as it stands in the mail, or ask for another one.',
  },
  LinkUsed: {
    message: 'This link was used already, or a newer one took its place.',
    remedy: 'Use the link of the newest mail, or ask for another one.',
  },
  LinkExpired: {
    message: 'This link has expired.',
    remedy: 'Ask for another one and open it sooner.',
  },
  AccountAlreadyConfirmed: {
    message: 'This account is confirmed already.',
    remedy: 'Sign in; there is nothing to activate.',
  },
});
