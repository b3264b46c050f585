import type { TrailEntry } from '@vivier/projections';
import type { Caller } from './caller.ts';
import { presentActor } from './present.ts';
import { wordsOf } from './present-trail.ts';
import { mayReach, openersOf, type GuardedField } from './rights.ts';

/** One entry as it leaves: what the caller may not read, or was erased, is empty. */
export interface ExportedEntry {
  readonly at: string;
  readonly event: string;
  readonly byKind: string;
  readonly byId: string;
  readonly byRole: string;
  readonly byName: string | null;
  readonly candidateId: string;
  readonly applicationId: string | null;
  readonly documentId: string | null;
  readonly item: string | null;
  readonly version: number | null;
  readonly contentHash: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly words: Readonly<Record<string, string | null>>;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly command: string;
  readonly commandId: string;
  readonly causationId: string;
  readonly position: number;
  readonly eventId: string;
}

/** What a field says where the caller may read it. */
const ifAllowed = async <T>(
  { role }: Caller,
  field: GuardedField,
  open: () => T | Promise<T>,
): Promise<T | null> =>
  mayReach(openersOf(field, 'ofCandidate'), role, false) ? await open() : null;

/** Entries as they leave, opened as far as the caller may read. */
export const exported = (
  entries: readonly {
    readonly entry: TrailEntry;
    readonly caller: Caller;
    readonly isOpen: boolean;
  }[],
): Promise<ExportedEntry[]> =>
  Promise.all(
    entries.map(async ({ entry, caller, isOpen }) => {
      const { opening } = caller;
      const { candidateId: personId, by } = entry;
      const told = <T>(field: GuardedField, open: () => T | Promise<T>): Promise<T | null> =>
        isOpen ? ifAllowed(caller, field, open) : Promise.resolve(null);
      const actor = presentActor(by, caller) as unknown as { name: () => Promise<string | null> };
      const isCandidate = by.role === 'candidate';
      const words = await told('TrailEntry.words', () => wordsOf(entry, caller));
      return {
        at: entry.at,
        event: entry.event,
        byKind: by.kind,
        byId: by.id,
        byRole: by.role,
        byName: isCandidate ? await told('Actor.name', () => actor.name()) : await actor.name(),
        candidateId: personId,
        applicationId: entry.applicationId,
        documentId: entry.documentId,
        item: entry.item,
        version: entry.version,
        contentHash: entry.contentHash,
        from: entry.from,
        to: entry.to,
        reason: await told('TrailEntry.reason', () =>
          opening.text('TrailEntry.reason', entry.reason, personId),
        ),
        comment: await told('TrailEntry.comment', () =>
          opening.text('TrailEntry.comment', entry.comment, personId),
        ),
        words: Object.fromEntries((words ?? []).map(({ name, text }) => [name, text])),
        facts: entry.facts,
        command: entry.command,
        commandId: entry.commandId,
        causationId: entry.causationId,
        position: entry.position,
        eventId: entry._id,
      };
    }),
  );

/**
 * UTF-8 with a byte order mark, quoted as RFC 4180 says; what a spreadsheet would take for a formula
 * is kept from being one.
 */
export const asCsv = async (entries: readonly ExportedEntry[]): Promise<string> => {
  // Needed here alone.
  const { stringify } = await import('csv-stringify/sync');
  return stringify(
    entries.map((entry) => ({
      ...entry,
      words: JSON.stringify(entry.words),
      facts: JSON.stringify(entry.facts),
    })),
    { header: true, bom: true, escape_formulas: true, record_delimiter: 'windows' },
  );
};
