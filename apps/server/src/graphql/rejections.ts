import { defineRejections } from '@vivier/kernel';

/** Refusals of the edge: what no aggregate knows of. */
export const edgeRejections = defineRejections({
  NotSignedIn: {
    message: 'You are not signed in.',
    remedy: 'Sign in and send the access token as `Authorization: Bearer …`.',
  },
  NotYoursToOpen: {
    message: 'Your role reads facts, not names or words about a person.',
    remedy:
      'Ask an operator or an admin of the organisation; what is restricted is opened by compliance.',
  },
  OpeningEnded: {
    message: 'What this command opened was shown for ten minutes.',
    remedy: 'Open it anew, with a reason and another commandId.',
  },
  NotYetVisible: {
    message: 'What was written is kept, but not visible yet.',
    remedy: 'Ask again in a moment.',
    retry: 'later',
  },
  ReadModelBuilding: {
    message: 'What this shows is being built for this version of the program.',
    remedy: 'Ask again later; `/health/ready` says when it is done. Changes are taken in already.',
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
  ExportTooLong: {
    message: 'There are more entries than leave at once.',
    remedy: 'Ask for a part of the time with `from` and `until`.',
  },
  UploadUnknown: {
    message: 'There is no such upload of yours, or it is not finished, was used, or has ended.',
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
  RateLimited: {
    message: 'More requests come from you than are taken in.',
    remedy: 'Wait as long as `Retry-After` says, then send fewer at a time.',
    retry: 'later',
  },
  NotServedHere: {
    message: 'This process has other work than to answer requests.',
    remedy: 'Ask a process that has the role `api`.',
  },
  StoreUnavailable: {
    message: 'A server that the data lies on does not answer at the moment.',
    remedy: 'Send it again, with the same commandId, in a while; nothing is done twice.',
    retry: 'later',
  },
  ShuttingDown: {
    message: 'This server is stopping and takes nothing more in.',
    remedy:
      'Send it again, with the same commandId; another one answers, or this one after its start.',
    retry: 'later',
  },
  SubscriptionNeedsWebSocket: {
    message: 'Subscriptions are not answered over plain HTTP.',
    remedy: 'Connect to the same address as a WebSocket, with the protocol graphql-transport-ws.',
  },
  SubscriptionsOnly: {
    message: 'Only subscriptions are answered over a WebSocket.',
    remedy: 'Send queries and mutations over HTTP, to the same address.',
  },
  TooManySubscriptions: {
    message: 'As many subscriptions are running already as one may have.',
    remedy: 'End some of them, or ask for more types of events in one.',
  },
  TooManyConnections: {
    message: 'As many connections are open already as one account may have.',
    remedy: 'Close some of them; one connection carries several subscriptions.',
  },
  EventUnknown: {
    message: 'One of these types of events is not known.',
    remedy: 'Use names from the list in the details, without their version.',
  },
  ReaderTooSlow: {
    message: 'More events came than wait for one reader.',
    remedy: 'Subscribe again after the position in the details; what was missed comes first.',
    retry: 'now',
  },
  FeedFailed: {
    message: 'The feed stopped on our side.',
    remedy: 'Subscribe again after the position in the details; nothing is left out.',
    retry: 'later',
  },
  TooManyMailsAsked: {
    message: 'Mails were asked for more often than they are sent.',
    remedy: 'Look for the newest one, also among unwanted mails; ask again after `Retry-After`.',
    retry: 'later',
  },
  QueryTooLong: {
    message: 'The document has more words and signs than are read.',
    remedy: 'Ask for less at once; values belong into variables.',
  },
  QueryTooDeep: {
    message: 'Fields are asked for too deep within each other.',
    remedy: 'Ask for what lies deeper in a request of its own.',
  },
  QueryTooCostly: {
    message: 'The answer could become larger than what is given at once.',
    remedy: 'Ask for fewer rows with `first`, or for fewer fields.',
  },
  TooManyAliases: {
    message: 'More fields are renamed than one request may rename.',
    remedy: 'Send several requests.',
  },
  TooManyDirectives: {
    message: 'There are more directives than one request may have.',
    remedy: 'Leave some out.',
  },
  TooManyRootFields: {
    message: 'More things are asked for than one request may ask for.',
    remedy: 'Send several requests.',
  },
});
