import { defineRejections } from '@vivier/kernel';

/** Refusals of the edge: what no aggregate knows of. */
export const edgeRejections = defineRejections({
  NotSignedIn: {
    message: 'You are not signed in.',
    remedy: 'Sign in and send the access token as `Authorization: Bearer …`.',
  },
  NotYoursToOpen: {
    message: 'Your role reads facts, not names or words about a person.',
    remedy: 'Ask an operator or an admin of the organisation.',
  },
  NotYetVisible: {
    message: 'What was written is kept, but not visible yet.',
    remedy: 'Ask again in a moment.',
    retry: 'later',
  },
  PositionUnknown: {
    message: 'No change of this organisation has this position.',
    remedy: 'Use a position that a mutation returned.',
  },
  CursorInvalid: {
    message: 'This cursor was not handed out by this list.',
    remedy: 'Begin with the first page again.',
  },
  CursorExpired: {
    message: 'The person at this cursor was erased or has another name now.',
    remedy: 'Begin with the first page again.',
  },
  DirectoryNotReady: {
    message: 'People cannot be found by name yet: their names are still being opened.',
    remedy: 'Ask again in a moment; everything else answers already.',
    retry: 'later',
  },
  UploadUnknown: {
    message: 'There is no finished upload of yours with this id.',
    remedy: 'Request an upload, send the file to its address, then try again.',
  },
  InternalError: {
    message: 'Something went wrong on our side.',
    remedy: 'Try again with the same commandId; nothing is done twice.',
    retry: 'later',
  },
  BodyTooLarge: {
    message: 'The body of the request is larger than what is taken in here.',
    remedy: 'Send less at once; files go to the address that requestUpload hands out.',
  },
  BodyNotUnderstood: {
    message: 'The body of the request cannot be read.',
    remedy: 'Send JSON with the content type application/json.',
  },
  AddressUnknown: {
    message: 'There is nothing at this address.',
    remedy: 'GraphQL is at /graphql.',
  },
  RequestNotUnderstood: {
    message: 'The request is not a valid GraphQL operation of this schema.',
    remedy: 'Compare it with the schema.',
  },
});
