import type { EventId, StreamName } from '@vivier/kernel';
import { EventIdConflict, WrongExpectedRevision } from './port.ts';
import type { ExpectedRevision } from './port.ts';

/** What the rules must know about a stream; the lookups are only made where they decide something. */
export interface StreamFacts {
  /** The revision of the stream's last record, -1 where there is none. */
  readonly revision: number;
  /** The revision at which the stream holds the event, if it does. */
  revisionOf(id: EventId): number | undefined;
  /** The id of the stream's event at a revision, if there is one. */
  idAt(revision: number): EventId | undefined;
}

/** Either the records are to be appended, or they are there already and the last has this revision. */
export type Verdict =
  { readonly kind: 'append' } | { readonly kind: 'repeated'; readonly revision: number };

const APPEND: Verdict = { kind: 'append' };

/**
 * EventStoreDB's rule for an append (its `IndexWriter.CheckCommit`), so that every adapter answers alike:
 *
 * - `any`, `exists`: the first id is looked up in the stream. Unknown: the batch is appended, whatever
 *   its other ids are. Known: all others must be known too; then this is a repetition.
 * - `none`, or a revision N that lies behind: the ids are compared with the records from 0, or N + 1,
 *   on. All equal is a repetition, anything else a wrong revision.
 * - An empty batch is never a repetition: it only checks the expectation.
 *
 * EventStoreDB answers "wrong expected version" where only some ids are known. With `any` and `exists`
 * that answer can mean nothing else, so it is an {@link EventIdConflict} there.
 *
 * @throws WrongExpectedRevision, EventIdConflict
 */
export function judge(
  stream: StreamName,
  expected: ExpectedRevision,
  ids: readonly EventId[],
  facts: StreamFacts,
): Verdict {
  const wrong = (): Error =>
    new WrongExpectedRevision(stream, expected, facts.revision < 0 ? 'none' : facts.revision);

  if (expected === 'any' || expected === 'exists') {
    if (expected === 'exists' && facts.revision < 0) throw wrong();
    return knownSomewhere(stream, ids, facts);
  }
  const last = expected === 'none' ? -1 : expected;
  if (last === facts.revision) return APPEND;
  if (last > facts.revision || ids.length === 0) throw wrong();
  if (!ids.every((id, index) => facts.idAt(last + 1 + index) === id)) throw wrong();
  return { kind: 'repeated', revision: last + ids.length };
}

function knownSomewhere(stream: StreamName, ids: readonly EventId[], facts: StreamFacts): Verdict {
  let revision: number | undefined;
  for (const [index, id] of ids.entries()) {
    revision = facts.revisionOf(id);
    if (revision !== undefined) continue;
    if (index === 0) return APPEND;
    throw new EventIdConflict(stream);
  }
  return revision === undefined ? APPEND : { kind: 'repeated', revision };
}
