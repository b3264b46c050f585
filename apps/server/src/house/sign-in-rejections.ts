import type { SignInRefused, SignInRefusal } from '@vivier/identity';
import { defineRejections, type Rejection, type RejectionText } from '@vivier/kernel';

const rejections = defineRejections({
  SignInFailed: {
    message: 'The organisation, the address or the password is not right.',
    remedy: 'Check all three and try again.',
  },
  SessionEnded: { message: 'This login session has ended.', remedy: 'Sign in again.' },
  TryAgainLater: {
    message: 'Too many people are signing in at this moment.',
    remedy: 'Try again in a few seconds.',
    retry: 'later',
  },
  TooManyAttempts: {
    message: 'There were too many wrong attempts to sign in.',
    remedy:
      'Wait as long as `Retry-After` says, at most 15 minutes; a device that is signed in stays so.',
    retry: 'later',
  },
  PasswordTooWeak: {
    message: 'A password has 12 to 256 characters.',
    remedy: 'Choose another; any characters will do.',
  },
  AddressTaken: {
    message: 'This address cannot be registered here.',
    remedy: 'Sign in instead, or use another address.',
  },
  NotSignedIn: {
    message: 'You are not signed in.',
    remedy: 'Sign in and send the access token as `Authorization: Bearer …`.',
  },
  OrganisationExists: {
    message: 'Another organisation has this name in addresses.',
    remedy: 'Choose another slug.',
  },
  OrganisationUnknown: {
    message: 'There is no such organisation.',
    remedy: 'Create it first.',
  },
  SlugInvalid: {
    message: 'A slug is 2 to 63 lower-case letters, digits and single hyphens between them.',
    remedy: 'Choose another.',
  },
  ZoneUnknown: {
    message: 'This time zone is not known.',
    remedy: 'Use a name of the IANA list, for example Europe/Paris.',
  },
  AccountExists: { message: 'This account id is in use.', remedy: 'Take another one.' },
  AccountUnknown: { message: 'There is no such account.', remedy: 'Add it first.' },
} satisfies Record<SignInRefusal, RejectionText>);

/** What identity refuses, in the words of every other refusal. */
export const signInRejection = ({ code, retryAfterSeconds }: SignInRefused): Rejection =>
  rejections[code](retryAfterSeconds === undefined ? undefined : { retryAfterSeconds });
