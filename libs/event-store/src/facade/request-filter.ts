import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { InvalidRequest } from './refusals.ts';
import type { Shown } from './wire.ts';

export interface RequestFilter {
  matches(shown: Shown): boolean;
  /** After so many events that were looked at, let through or not, a subscriber is told where it is. */
  readonly checkpointInterval: number;
}

/** How many events the server looks at in one go, where the request does not say. */
const WINDOW = 32;

/** @throws InvalidRequest */
export function filterOf(options: ReadReq.Options.FilterOptions | undefined): RequestFilter {
  if (options === undefined) return { matches: () => true, checkpointInterval: Infinity };
  const byType = options.getEventType();
  const byStream = options.getStreamIdentifier();
  const expression = byType ?? byStream;
  if (expression === undefined) {
    throw new InvalidRequest('A filter says what it is for: a type of event or a stream.');
  }
  const multiplier = options.getCheckpointintervalmultiplier();
  if (multiplier <= 0) throw new InvalidRequest('The checkpoint interval must be at least 1.');
  const window = options.hasMax() ? options.getMax() : WINDOW;
  if (window <= 0) throw new InvalidRequest('The search window must be at least 1.');
  const matches = test(expression);
  return {
    matches: ({ record, stream }) => matches(byType === undefined ? stream : record.type),
    checkpointInterval: multiplier * window,
  };
}

type Expression = ReadReq.Options.FilterOptions.Expression;

function test(expression: Expression): (text: string) => boolean {
  const source = expression.getRegex();
  if (source === '') {
    const prefixes = expression.getPrefixList();
    return (text) => prefixes.some((prefix) => text.startsWith(prefix));
  }
  const pattern = patternOf(source);
  return (text) => pattern.test(text);
}

/** Clients write the server's own dialect; the flag that stands before an expression is the one in use. */
function patternOf(source: string): RegExp {
  const insensitive = source.startsWith('(?i)');
  try {
    return new RegExp(insensitive ? source.slice(4) : source, insensitive ? 'i' : '');
  } catch {
    throw new InvalidRequest('The filter is no regular expression.');
  }
}
