import { streamCategory, streamKey, streamName } from '@vivier/kernel';
import type { OrganisationId, StreamName } from '@vivier/kernel';
import type { RecordFilter } from './port.ts';

/** Whose stream it is, and which. */
export interface StreamPlace {
  readonly organisationId: OrganisationId;
  readonly stream: StreamName;
}

/** The one shape of a name; what stands before the first hyphen is a category to EventStoreDB. */
const NAME = /^([^-$][^-]*)-([^.]+)\.(.+)$/s;

/**
 * A stream's name in EventStoreDB, `<category>-<organisation>.<key>`: the category stands first, so that
 * the projections by category (`$ce-candidate`) find it. With the organisation inside the name another
 * one's stream is simply not there.
 *
 * @throws TypeError where the name could not be read back: without a category or a key, with a category
 * that begins like a system stream, with a dot in the organisation, or with half a surrogate pair
 */
export function toEventStoreDb(organisationId: OrganisationId, stream: StreamName): string {
  const hyphen = stream.indexOf('-');
  if (hyphen <= 0 || hyphen === stream.length - 1 || stream.startsWith('$')) {
    throw new TypeError(
      'A stream needs a name of the form category-key that does not begin with $.',
    );
  }
  if (organisationId === '' || organisationId.includes('.')) {
    throw new TypeError('The id of an organisation is not empty and holds no dot.');
  }
  const name = `${streamCategory(stream)}-${organisationId}.${streamKey(stream)}`;
  // Names travel as UTF-8, which has no half pairs: two such names would become one.
  if (/\p{Surrogate}/u.test(name)) throw new TypeError('The name of a stream is well-formed text.');
  return name;
}

/** The inverse of {@link toEventStoreDb}; `undefined` for a name that it does not make. */
export function fromEventStoreDb(name: string): StreamPlace | undefined {
  const [, category, organisation, key] = NAME.exec(name) ?? [];
  if (category === undefined) return undefined;
  return { organisationId: organisation as OrganisationId, stream: streamName(category, key!) };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * A regular expression for the server (which reads .NET's) that lets through the names that
 * {@link toEventStoreDb} makes: system streams, metadata streams and strangers stay where they are. Of a
 * filter, organisation and streams are in it; types are left to whoever reads.
 */
export function namePattern({ organisationId, streamPrefixes }: RecordFilter = {}): string {
  const organisation = organisationId === undefined ? '[^.]+' : escaped(organisationId);
  const name = (prefix: string): string => {
    const hyphen = prefix.indexOf('-');
    const category = hyphen < 0 ? prefix : prefix.slice(0, hyphen);
    // A prefix that ends within the category leaves the rest of it open.
    const rest = hyphen < 0 ? '[^-]*' : '';
    const key = hyphen < 0 ? '' : prefix.slice(hyphen + 1);
    const start = category === '' ? '[^-$]' : escaped(category);
    return `${start}${rest}-${organisation}\\.${escaped(key)}`;
  };
  const names = (streamPrefixes?.length ? streamPrefixes : ['']).map(name);
  return `^(?:${names.join('|')})`;
}
