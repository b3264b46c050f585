import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { auditTrail, dossier, type TrailEntry } from '@vivier/projections';
import type { ReadFilter } from '@vivier/read-store';
import { commandRejections } from '@vivier/runtime';
import { Bus } from '../bus.ts';
import { SignedIn, type Caller } from '../caller.ts';
import { given } from '../given.ts';
import { afterCursor, connectionOf, readCursor } from '../paging.ts';
import { closed } from '../present.ts';
import { presentTrailEntry } from '../present-trail.ts';
import { Refused } from '../refused.ts';
import { EXPORT_COST } from '../query-limits.ts';
import { edgeRejections } from '../rejections.ts';
import {
  AuditTrailArguments,
  AuditTrailExportArguments,
  DocumentTrailArguments,
  type TrailFilter,
} from '../trail-arguments.ts';
import { asCsv, exported } from '../trail-export.ts';
import { TrailConnection } from '../types/trail.ts';

/** So many entries leave at once; what is longer is asked for by time. */
const LONGEST_EXPORT = 10_000;

/** The history that nobody edits. */
@Resolver()
export class TrailResolver {
  constructor(@Inject(Bus) private readonly bus: Bus) {}

  @Query(() => TrailConnection, {
    description:
      'All that ever happened to a document, the oldest first; empty where there is none.',
  })
  documentAuditTrail(
    @SignedIn() caller: Caller,
    @Args() { documentId, ...page }: DocumentTrailArguments,
  ): Promise<TrailConnection> {
    return this.#page(caller, { documentId }, page);
  }

  @Query(() => TrailConnection, {
    description: 'All that ever happened in an application or to a person, the oldest first.',
  })
  auditTrail(
    @SignedIn() caller: Caller,
    @Args() asked: AuditTrailArguments,
  ): Promise<TrailConnection> {
    return this.#page(caller, filterOf(asked), asked);
  }

  @Query(() => String, {
    description: 'The same as a file’s content, opened as far as the caller may read.',
    complexity: EXPORT_COST,
  })
  async auditTrailExport(
    @SignedIn() caller: Caller,
    @Args() { format, atLeast, ...asked }: AuditTrailExportArguments,
  ): Promise<string> {
    const rows = await this.#find(caller, filterOf(asked), LONGEST_EXPORT + 1, atLeast);
    if (rows.length > LONGEST_EXPORT)
      throw new Refused(edgeRejections.ExportTooLong({ most: LONGEST_EXPORT }));
    const isClosed = await this.#closed(caller, rows);
    const entries = await exported(
      rows.map((entry) => ({ entry, caller, isOpen: !isClosed(entry) })),
    );
    return format === 'CSV' ? asCsv(entries) : JSON.stringify(entries, null, 2);
  }

  async #page(
    caller: Caller,
    filter: ReadFilter,
    { first, after, atLeast }: Pick<AuditTrailArguments, 'first' | 'after' | 'atLeast'>,
  ): Promise<TrailConnection> {
    const beyond = after ? afterCursor('position', 'after', readCursor(after)) : {};
    const rows = await this.#find(caller, { ...filter, ...beyond }, first + 1, atLeast);
    const isClosed = await this.#closed(caller, rows);
    return connectionOf(
      rows,
      first,
      (row) => [row.position, row._id],
      (row) => presentTrailEntry(row, isClosed(row) ? closed(caller) : caller),
    );
  }

  #find(
    { organisationId }: Caller,
    filter: ReadFilter,
    limit: number,
    atLeast: AuditTrailArguments['atLeast'],
  ): Promise<readonly TrailEntry[]> {
    const sort = { position: 1, _id: 1 } as const;
    return this.bus.find(organisationId, auditTrail, filter, { sort, limit }, atLeast);
  }

  /** Which of these entries only compliance opens: of a restricted dossier, or person. */
  async #closed(
    { organisationId, role, opening }: Caller,
    rows: readonly TrailEntry[],
  ): Promise<(entry: TrailEntry) => boolean> {
    if (role === 'compliance' || rows.length === 0) return () => false;
    const ids = new Set(rows.flatMap(({ applicationId }) => applicationId ?? []));
    const [people, dossiers] = await Promise.all([
      opening.restrictedAmong(rows.map(({ candidateId }) => candidateId)),
      ids.size === 0 ? [] : this.bus.find(organisationId, dossier, { _id: { $in: [...ids] } }),
    ]);
    const restricted = new Set(dossiers.flatMap((one) => (one.restricted ? one._id : [])));
    return ({ candidateId, applicationId }) =>
      people.has(candidateId) || (applicationId !== null && restricted.has(applicationId));
  }
}

/** @throws Refused InvalidInput where neither an application nor a person is named */
const filterOf = ({
  applicationId,
  candidateId,
  filter = {},
}: {
  readonly applicationId?: string;
  readonly candidateId?: string;
  readonly filter?: TrailFilter;
}): ReadFilter => {
  if (!applicationId && !candidateId)
    throw new Refused(
      commandRejections.InvalidInput({
        fields: { applicationId: 'must be given, or candidateId' },
      }),
    );
  const { documentId, actorId, events, from, until } = given({ ...filter });
  const at = given({ $gte: instant(from), $lt: instant(until) });
  return {
    ...(applicationId && { applicationId }),
    ...(candidateId && { candidateId }),
    ...(documentId && { documentId }),
    ...(actorId && { 'by.id': actorId }),
    ...(events && { event: { $in: events } }),
    ...(Object.keys(at).length > 0 && { at }),
  };
};

/** As events write theirs, so that texts compare as times do. */
const instant = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : new Date(text).toISOString();
