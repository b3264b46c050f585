import { z } from 'zod';

declare const brand: unique symbol;

/** A string that only its own maker hands out, so that an id of one kind never stands for another. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };

export type OrganisationId = Brand<'OrganisationId'>;
/** A natural person: a candidate, or somebody of the organisation's staff. Keys belong to persons. */
export type PersonId = Brand<'PersonId'>;
export type CommandId = Brand<'CommandId'>;
export type EventId = Brand<'EventId'>;
export type CorrelationId = Brand<'CorrelationId'>;

/**
 * What one key covers within a person: `account`, `application-<id>`, `file-<id>`. Destroying a scope
 * forgets what was sealed under it and leaves the person's other scopes readable (design: keys per
 * person and scope).
 */
export type Scope = Brand<'Scope'>;

/** A stream's name, `<category>-<id>`, for example `candidate-6f1c…`. */
export type StreamName = Brand<'StreamName'>;

/** A place in the one ordered log. Positions compare as numbers; nothing else may be read from them. */
export type Position = number & { readonly [brand]: 'Position' };

/** Before the first record of the log. */
export const START = -1 as Position;

/** The stream of one thing of a category. */
export const streamName = (category: string, id: string): StreamName =>
  `${category}-${id}` as StreamName;

/** The category of a stream: all that stands before the first hyphen. */
export const streamCategory = (stream: StreamName): string => stream.slice(0, stream.indexOf('-'));

/** The id of the thing that a stream is about: all that stands after the first hyphen. */
export const streamKey = (stream: StreamName): string => stream.slice(stream.indexOf('-') + 1);

/** The schema of a branded id, as it stands in an event's or a command's declaration. */
export const id = <Id extends Brand<string>>() => z.uuid() as unknown as z.ZodType<Id, string>;
