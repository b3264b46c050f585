import type { NewRecord } from '@vivier/event-store';
import {
  streamName,
  type CommandId,
  type CorrelationId,
  type EventId,
  type Metadata,
  type OrganisationId,
  type StreamName,
} from '@vivier/kernel';
import { derive } from '@vivier/runtime';
import type { SealRequest } from '@vivier/vault';
import type { Past } from './dossiers.ts';
import type { Parts } from './parts.ts';

const TURN = 1000;
const FIRST_INSTANT = Date.parse('2026-01-05T08:00:00.000Z');
const encoder = new TextEncoder();

/**
 * Appends a past as the command side would have: sealed by the vault, encoded by the codec, with whole
 * metadata. Only the commands themselves are left out, since a seed is not what is measured.
 *
 * @param options.from where the numbers begin that the events' ids come from: another one for a second seed
 * @returns how many events there are now that were not there before
 */
export const appendPast = async (
  { store, vault, codec }: Parts,
  organisationId: OrganisationId,
  past: Iterable<Past>,
  { from = 0 }: { readonly from?: number } = {},
): Promise<number> => {
  const revisions = new Map<StreamName, number>();
  let number = from;

  const appendTurn = async (turn: readonly Past[]): Promise<void> => {
    const first = number;
    number += turn.length;
    const prepared = turn.map((one, index) => {
      const stream = streamName(one.category, one.key);
      const eventId = derive('bench-event', String(first + index)) as EventId;
      const groups = codec.personalValues(one.event, one.personId);
      const origin = {
        organisationId,
        personId: one.personId,
        scope: one.scope,
        stream,
        eventId,
        type: one.event.type,
      };
      const requests = groups.map(({ values }): SealRequest => ({ values, origin }));
      return { one, stream, eventId, groups, requests };
    });
    const blobs = [...(await vault.seal(prepared.flatMap(({ requests }) => requests)))];
    await Promise.all(
      prepared.map(({ one, stream, eventId, groups }, index) => {
        const commandId = derive('bench-command', String(first + index)) as CommandId;
        const metadata: Metadata = {
          at: new Date(FIRST_INSTANT + (first + index) * 1000).toISOString(),
          by: { kind: 'account', id: derive('bench-operator'), role: 'operator' },
          organisationId,
          personId: one.personId,
          commandId,
          command: one.command,
          inputDigest: (commandId.replaceAll('-', '') + commandId.replaceAll('-', '')).slice(0, 64),
          correlationId: commandId as string as CorrelationId,
          causationId: commandId,
        };
        const record: NewRecord = {
          id: eventId,
          type: codec.wireType(one.event),
          contentType: 'application/json',
          data: codec.encode(one.event, groups, blobs.splice(0, groups.length)),
          metadata: encoder.encode(JSON.stringify(metadata)),
        };
        const revision = revisions.get(stream) ?? -1;
        revisions.set(stream, revision + 1);
        return store.append(organisationId, stream, revision === -1 ? 'none' : revision, [record]);
      }),
    );
  };

  const turn: Past[] = [];
  for (const one of past) {
    turn.push(one);
    if (turn.length === TURN) await appendTurn(turn.splice(0));
  }
  if (turn.length > 0) await appendTurn(turn);
  return number - from;
};
