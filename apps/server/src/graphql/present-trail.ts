import type { TrailEntry } from '@vivier/projections';
import type { Caller } from './caller.ts';
import { lazily } from './lazily.ts';
import { presentActor } from './present.ts';
import type { TrailEntryType, TrailFactType, TrailWordsType } from './types/trail.ts';

/** A text as it is, anything else as JSON. */
const written = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const factsOf = ({ facts }: TrailEntry): TrailFactType[] =>
  Object.entries(facts).map(([name, value]) => ({ name, value: written(value) }));

/** Everything that was said in an entry besides its reason and comment, opened for the caller. */
export const wordsOf = (
  { words, candidateId }: TrailEntry,
  { opening }: Caller,
): Promise<TrailWordsType[]> => {
  opening.allow('TrailEntry.words', candidateId);
  return Promise.all(
    Object.entries(words).map(async ([name, handle]) => {
      // Null stands where a handle was dropped.
      const value = await opening.value('TrailEntry.words', handle, candidateId);
      return { name, text: value === null ? null : written(value) };
    }),
  );
};

export const presentTrailEntry = (entry: TrailEntry, caller: Caller): TrailEntryType => {
  const { candidateId } = entry;
  return lazily<TrailEntryType>({
    eventId: entry._id,
    event: entry.event,
    at: entry.at,
    by: () => presentActor(entry.by, caller),
    candidateId,
    documentId: entry.documentId,
    applicationId: entry.applicationId,
    item: entry.item,
    version: entry.version,
    contentHash: entry.contentHash,
    from: entry.from,
    to: entry.to,
    reason: () => caller.opening.text('TrailEntry.reason', entry.reason, candidateId),
    comment: () => caller.opening.text('TrailEntry.comment', entry.comment, candidateId),
    facts: () => factsOf(entry),
    words: () => wordsOf(entry, caller),
    command: entry.command,
    commandId: entry.commandId,
    causationId: entry.causationId,
    position: entry.position,
  });
};
