import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { applicationEvents, candidateEvents, type CandidateId } from '@vivier/domain';
import type { AccountId, FileId } from '@vivier/files';
import {
  handSetClock,
  isRejection,
  type CommandId,
  type DomainEvent,
  type OrganisationId,
  type Scope,
} from '@vivier/kernel';
import { pending } from '@vivier/kernel/sealing';
import { derive } from '@vivier/runtime';
import { openHouse, silentLog, type FaultPoint, type House } from '@vivier/server';
import { syncedAppends } from '../baselines/disk.ts';
import { inTurns, spreadOf } from '../measure.ts';
import type { Context, Result, Row, Size } from '../row.ts';
import { appendPast } from '../seed/append.ts';
import {
  applicationIdOf,
  candidateIdOf,
  dossierHistory,
  registration,
  type Past,
} from '../seed/dossiers.ts';
import { organisationOf } from '../seed/folder.ts';
import { openParts } from '../seed/parts.ts';

/** A person has a dossier in each campaign; see `../seed/dossiers.ts`. */
const DOSSIERS = 5;
const FEW = 10;
const MANY = 10_000;
const FILES = 3;
const RTF = Buffer.from(`{\\rtf1\\ansi ${'words and words '.repeat(11_000)}\\par}`);

/** When the rows begin, and when the first of them may be erased: each has an hour of their own. */
const BEFORE = '2026-12-01T00:00:00.000Z';
const FIRST = Date.parse('2027-01-01T00:00:00.000Z');
const HOUR = 3_600_000;

interface Person {
  /** The first of their dossiers. */
  readonly first: number;
  readonly candidateId: CandidateId;
  readonly events: number;
  /** An ISO-8601 instant. */
  readonly eraseAt: string;
}

/** The last word about a dossier: the first one leads to the erasure, the others do not stand in its way. */
const endOf = ({ first, eraseAt }: Person, dossier: number): DomainEvent =>
  dossier === first
    ? applicationEvents.ApplicationRejectedFinally({
        ...{ from: 'returned', reason: pending('Somebody else was chosen.'), eraseAt },
        afterwards: { kind: 'restrict', period: 'P1Y' },
      })
    : applicationEvents.ApplicationWithdrawn({ from: 'returned' });

/** Somebody with so many events, as even as can be in the streams of the account and of the dossiers. */
const historyOf = (person: Person): Past[] => {
  const { first, events } = person;
  const account = registration(first);
  const [place] = account;
  if (!place) throw new Error('Nobody registered.');
  const dossierOf = (dossier: number, length: number): Past[] => {
    const past = dossierHistory(dossier, length - 1);
    const [start] = past;
    const event = endOf(person, dossier);
    return start ? [...past, { ...start, command: 'EndApplication', event }] : [];
  };
  if (events === FEW) return [...account, ...dossierOf(first, FEW - account.length)];
  const each = Math.floor(events / (DOSSIERS + 1));
  const dossiers = Array.from({ length: DOSSIERS }, (_, n) => dossierOf(first + n, each)).flat();
  const opened = Array.from({ length: events - dossiers.length - account.length }, (): Past => {
    const reason = pending('Asked by the person, who wants to know what is kept about them.');
    const event = candidateEvents.PersonalDataOpened({ reason });
    return { ...place, command: 'OpenPersonalData', event };
  });
  return [...account, ...opened, ...dossiers];
};

interface Erased {
  /** Seconds from the request until the keys are gone and fenced, with their bytes. */
  readonly fenced: number;
  /** Of these, those after the event was durable. */
  readonly afterEvent: number;
  /** And from there until everything is clean. */
  readonly cleaned: number;
}

/** The person's files lie where they would, sealed. */
const uploadFor = async (
  { files }: House,
  organisationId: OrganisationId,
  personId: CandidateId,
): Promise<void> => {
  for (let file = 0; file < FILES; file += 1) {
    const uploadId = derive('bench-upload', personId, String(file)) as FileId;
    const accountId = personId as string as AccountId;
    const answer = await files.requestUpload({ organisationId, personId, accountId, uploadId });
    if (answer.state === 'open') await files.receive(answer.token, [RTF].values() as never);
  }
};

/** In the order in which they are erased: two that are not counted, then in turns (A B B A); all that twice. */
const peopleOf = ({ dossiers, repetitions }: Size): readonly Person[] => {
  const before = Math.ceil(dossiers / DOSSIERS) * DOSSIERS;
  const once = Array.from({ length: repetitions + 1 }, (_, turn) =>
    turn === 0 || turn % 2 === 1 ? [FEW, MANY] : [MANY, FEW],
  ).flat();
  return [...once, ...once].map((events, n) => ({
    events,
    first: before + n * DOSSIERS,
    candidateId: candidateIdOf(before + n * DOSSIERS),
    eraseAt: new Date(FIRST + n * HOUR).toISOString(),
  }));
};

/** What an erasure costs that has much to reach, against one that has little. */
export const erasing: Row = {
  name: 'erase',
  asks: 'Does it take longer until somebody is erased of whom 10,000 events are kept, not ten?',
  fullOnly: true,
  async run({ size, folder: own, seeded }: Context): Promise<Result> {
    mkdirSync(own, { recursive: true });
    const folder = join(own, 'house');
    cpSync(seeded, folder, { recursive: true });
    const organisationId = await organisationOf(folder);
    const people = peopleOf(size);
    const parts = await openParts(folder);
    await appendPast(parts, organisationId, people.flatMap(historyOf), { from: 1_000_000 });
    await parts.close();

    const passed = new Map<FaultPoint, number>();
    const faults = {
      at: (point: FaultPoint) => {
        if (!passed.has(point)) passed.set(point, performance.now());
      },
    };
    const clock = handSetClock(BEFORE);
    const house = await openHouse({ folder, purpose: 'bench', log: silentLog, clock, faults });
    for (const { candidateId } of people) await uploadFor(house, organisationId, candidateId);
    await house.settled();
    const waiting = [...people];
    /** Whoever is next; they must be one with so many events. */
    const eraseNext = (events: number, isFolded: boolean) => async (): Promise<Erased> => {
      const next = waiting.shift();
      if (next?.events !== events) throw new Error('Somebody else is next.');
      const { candidateId, eraseAt, first } = next;
      clock.set(eraseAt);
      const send = (name: string, more: object) =>
        house.execute({
          name,
          input: {
            ...{ candidateId, since: BEFORE, ...more },
            applicationIds: Array.from({ length: events === FEW ? 1 : DOSSIERS }, (_, n) =>
              applicationIdOf(first + n),
            ),
          },
          organisationId,
          by: { kind: 'saga', id: 'finalRejection', role: 'system' },
          commandId: derive('bench-erase', name, candidateId) as CommandId,
        });
      // Nobody is to be warned; but the account and all dossiers are looked at.
      if (isFolded) await send('WarnDeletion', { deleteAt: eraseAt });
      passed.clear();
      const asked = performance.now();
      const about = { applicationId: applicationIdOf(first), because: 'finalRejection' };
      const outcome = await send('EraseSubject', about);
      if (isRejection(outcome)) throw new Error(`It was refused: ${outcome.rejected}.`);
      await house.settled();
      const written = passed.get('after-commit');
      const fenced = passed.get('truncated');
      const cleaned = passed.get('erasing-cleaning-recorded');
      if (written === undefined || fenced === undefined || cleaned === undefined)
        throw new Error('An erasure did not come to its end.');
      const keyed = house.vault.mac(organisationId, candidateId, 'account' as Scope, 'bench', '');
      if (await keyed.then(() => true).catch(() => false)) throw new Error('Keys are left.');
      return {
        fenced: (fenced - asked) / 1000,
        afterEvent: (fenced - written) / 1000,
        cleaned: (cleaned - fenced) / 1000,
      };
    };
    const measured = async (isFolded: boolean) => {
      const [few, many] = [eraseNext(FEW, isFolded), eraseNext(MANY, isFolded)];
      await few();
      await many();
      return inTurns(size.repetitions, few, many);
    };
    const f = syncedAppends(folder, 0.5);
    const pairs = await measured(false);
    const folded = await measured(true);
    const disk = (f + syncedAppends(folder, 0.5)) / 2;
    await house.close();
    const ms = (of: (pair: readonly [Erased, Erased]) => number): number =>
      spreadOf(pairs.map(of)).median * 1000;
    return {
      figures: [
        {
          what: 'until keys are fenced: 10,000 events against 10',
          unit: '×',
          value: spreadOf(pairs.map(([base, own]) => own.fenced / base.fenced)),
          target: { atMost: 1.5 },
        },
        {
          what: 'the same from the event on',
          unit: '×',
          value: spreadOf(pairs.map(([base, own]) => own.afterEvent / base.afterEvent)),
        },
        {
          what: 'until keys are fenced, 10,000 events',
          unit: '× 1/F',
          value: spreadOf(pairs.map(([, own]) => own.fenced * disk)),
          target: { atMost: 150 },
        },
        {
          what: 'until keys are fenced, streams folded lately: 10,000 events against 10',
          unit: '×',
          value: spreadOf(folded.map(([base, own]) => own.fenced / base.fenced)),
          target: { atMost: 1.5 },
        },
        {
          what: 'until keys are fenced, streams folded lately, 10,000 events',
          unit: '× 1/F',
          value: spreadOf(folded.map(([, own]) => own.fenced * disk)),
          target: { atMost: 150 },
        },
        {
          what: 'cleaning: 10,000 events against 10',
          unit: '×',
          value: spreadOf(pairs.map(([base, own]) => own.cleaned / base.cleaned)),
        },
      ],
      behind: {
        'F, appends/s': disk,
        'until keys are fenced, 10 events, ms': ms(([base]) => base.fenced),
        'until keys are fenced, 10,000 events, ms': ms(([, own]) => own.fenced),
        'of these from the event on, 10 events, ms': ms(([base]) => base.afterEvent),
        'of these from the event on, 10,000 events, ms': ms(([, own]) => own.afterEvent),
        'cleaning, 10 events, ms': ms(([base]) => base.cleaned),
        'cleaning, 10,000 events, ms': ms(([, own]) => own.cleaned),
      },
    };
  },
};
