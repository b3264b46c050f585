import { join } from 'node:path';
import { openEmbeddedEventStore, type NewRecord } from '@vivier/event-store';
import {
  handSetClock,
  isRejection,
  streamName,
  type Actor,
  type CommandId,
  type CorrelationId,
  type DomainEvent,
  type EventId,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Position,
} from '@vivier/kernel';
import { EventCodec } from '@vivier/kernel/sealing';
import { createExecute, derive, startSagaRunner, startTicker } from '@vivier/runtime';
import { openEmbeddedVault } from '@vivier/vault';
import type { WorkState } from '@vivier/work-state';
import { timed, type Timed } from '../measure.ts';
import {
  permissions,
  term,
  termEvents,
  WORDS,
  YEAR,
  yearly,
  type TermId,
} from './timers-deadlines.ts';

/** Each stream has so many events at first, as in the rows of commands. */
const EVENTS = 10;
const CLIENTS = 64;
const encoder = new TextEncoder();

export interface SendingDue {
  /** A folder of its own. */
  readonly folder: string;
  readonly organisationId: OrganisationId;
  /** Where a great many other deadlines wait, none of them before `end`. */
  readonly workState: WorkState;
  /** How many fall due in a turn. */
  readonly due: number;
  readonly turns: number;
  /** ms since 1970. */
  readonly end: number;
}

/** What one turn took, each time for as many commands on the same streams. */
export interface SentDue {
  /** From 64 clients, with nothing behind: decisions with words to be sealed, as in command-64. */
  readonly clients: Timed<unknown>;
  /** The same with the facts alone that the saga sends. */
  readonly plain: Timed<unknown>;
  /** What fell due, sent by ticker, runner and the one door, until the saga has seen what followed. */
  readonly deadlines: Timed<unknown>;
}

/** What falls due, sent as commands, in turns with clients that send as many. */
export const sendingDue = async (asked: SendingDue): Promise<readonly SentDue[]> => {
  const { folder, organisationId, workState } = asked;
  const vault = await openEmbeddedVault({
    keysFile: join(folder, 'keys.sqlite'),
    masterKeysFile: join(folder, 'master-keys.json'),
    fenceFile: join(folder, 'erased.jsonl'),
  });
  await vault.admitOrganisation(organisationId);
  const store = await openEmbeddedEventStore({ file: join(folder, 'log.sqlite') });
  const codec = new EventCodec([termEvents]);
  // Past the last turn's deadlines the others begin.
  const begin = asked.end - (asked.turns + 3) * YEAR;
  const clock = handSetClock(new Date(begin).toISOString());
  const execute = createExecute({
    ...{ store, vault, codec, clock, permissions },
    aggregates: { term },
  });
  const by: Actor = { kind: 'account', id: derive('bench-operator'), role: 'operator' };
  const termOf = (n: number) => derive('bench-term', String(n)) as TermId;

  const histories = Array.from({ length: asked.due }, (_, n) => {
    const termId = termOf(n);
    const stream = streamName(term.category, termId);
    const personId = derive('bench-person', String(n)) as PersonId;
    const first = begin + YEAR + n;
    const told: DomainEvent[] = [termEvents.TermBegun({ termId, personId, first })];
    while (told.length < EVENTS) told.push(termEvents.TermChecked({ words: WORDS }));
    const records = told.map((event, index): NewRecord => {
      const commandId = derive('bench-term-command', termId, String(index));
      const metadata: Metadata = {
        ...{ by, organisationId, personId, command: 'CheckTerm', causationId: commandId },
        at: new Date(begin).toISOString(),
        commandId: commandId as CommandId,
        inputDigest: commandId.replaceAll('-', '').repeat(2),
        correlationId: commandId as CorrelationId,
      };
      return {
        id: derive('bench-term-event', termId, String(index)) as EventId,
        type: codec.wireType(event),
        contentType: 'application/json',
        data: codec.encode(event, [], []),
        metadata: encoder.encode(JSON.stringify(metadata)),
      };
    });
    return store.append(organisationId, stream, 'none', records);
  });
  await Promise.all(histories);

  const start = async () => {
    const runner = await startSagaRunner({
      ...{ store, workState, codec, clock, execute, sagas: [yearly] },
    });
    const ticker = startTicker({ clock, dated: [runner], chores: [], automatic: false });
    const settled = async () => {
      for (let head: Position | undefined; head !== (await store.head());) {
        head = await store.head();
        if (!(await runner.settled.reached(head))) throw new Error('The saga stands still.');
      }
    };
    await settled();
    return { ticker, settled, stop: () => ticker.stop().then(() => runner.stop()) };
  };

  let sent = 0;
  const byClients = (name: 'NoteTerm' | 'CheckTerm') =>
    timed(async () => {
      let left = asked.due;
      const client = async (): Promise<void> => {
        while (left > 0) {
          left -= 1;
          sent += 1;
          const termId = termOf(left);
          const outcome = await execute({
            ...{ name, organisationId, by },
            input: name === 'NoteTerm' ? { termId, note: WORDS } : { termId, words: WORDS },
            commandId: derive('bench-sent', String(sent)) as CommandId,
          });
          if (isRejection(outcome)) throw new Error(`A command was refused: ${outcome.rejected}.`);
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, client));
    });
  let turn = 0;
  const byDeadlines = async () => {
    const { ticker, settled, stop } = await start();
    const before = await store.head();
    turn += 1;
    const measured = await timed(async () => {
      clock.set(begin + turn * YEAR + asked.due);
      await ticker.tick();
      await settled();
    });
    if ((await store.head()) - before !== asked.due)
      throw new Error('Not every deadline was sent.');
    await stop();
    return measured;
  };
  /** The order turns round from one turn to the next. */
  const inTurn = async (isFirst: boolean): Promise<SentDue> => {
    if (!isFirst) {
      const deadlines = await byDeadlines();
      const plain = await byClients('CheckTerm');
      return { deadlines, plain, clients: await byClients('NoteTerm') };
    }
    const clients = await byClients('NoteTerm');
    const plain = await byClients('CheckTerm');
    return { clients, plain, deadlines: await byDeadlines() };
  };
  // Not counted: keys are made, code is compiled.
  await inTurn(true);
  const measured: SentDue[] = [];
  while (measured.length < asked.turns) measured.push(await inTurn(measured.length % 2 === 0));
  await store.close();
  await vault.close();
  return measured;
};
