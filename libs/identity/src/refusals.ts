const messages = {
  SignInFailed:
    'The organisation, the e-mail address or the password is not right. Check them and try again.',
  NotSignedIn: 'Nobody is signed in with this token: refresh it, or sign in.',
  SessionEnded: 'This login session has ended: sign in again.',
  TryAgainLater: 'Too many people are signing in at this moment: try again in a few seconds.',
  TooManyAttempts: 'Too many wrong attempts to sign in: wait as long as is said, then try again.',
  AddressTaken:
    'This e-mail address already has an account here: sign in with it, or use another address.',
  PasswordTooWeak: 'A password has 12 to 256 characters; any characters will do: choose another.',
  OrganisationExists: 'Another organisation has this name in addresses or this id: choose another.',
  OrganisationUnknown: 'There is no such organisation: create it first.',
  SlugInvalid:
    'An organisation is named by 2 to 63 lower-case letters, digits and single hyphens between them.',
  ZoneUnknown: 'This time zone is not known: use a name of the IANA list such as Europe/Paris.',
  AccountExists: 'This account id is in use elsewhere: take another one.',
  AccountUnknown: 'There is no such account in this organisation.',
} as const;

export type SignInRefusal = keyof typeof messages;

/** A refusal, with what can be done about it; it never repeats a value that was sent. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
  constructor(
    readonly code: SignInRefusal,
    /** After how many seconds another attempt is looked at; with `TooManyAttempts`. */
    readonly retryAfterSeconds?: number,
  ) {
    super(messages[code]);
  }
}

/** The accounts are gone, but their bytes may still lie in the write-ahead log. */
export class RemovalUnfinished extends Error {
  override readonly name = 'RemovalUnfinished';
  constructor() {
    super(
      'The accounts are removed, but another reader of the file keeps their bytes on disk. Close it ' +
        'and remove them again.',
    );
  }
}

/** The issuer's key file may be read by others, or is not one. */
export class IssuerKeyUnsafe extends Error {
  override readonly name = 'IssuerKeyUnsafe';
  constructor(path: string, what: string) {
    super(`${path} ${what}`);
  }
}
