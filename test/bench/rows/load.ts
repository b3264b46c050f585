import { mkdirSync } from 'node:fs';
import { application } from '@vivier/domain';
import { Sealed, streamName, type PersonId } from '@vivier/kernel';
import { openHandles } from '@vivier/kernel/sealing';
import { load } from '@vivier/runtime';
import { BareLog, parseInMemory } from '../baselines/log.ts';
import { inTurns, rateOf, spreadOf, timed } from '../measure.ts';
import { appendPast } from '../seed/append.ts';
import { applicationIdOf, candidateIdOf, dossierHistory } from '../seed/dossiers.ts';
import { makeDemo, organisationOf } from '../seed/folder.ts';
import { filesOf, openParts } from '../seed/parts.ts';
import type { Context, Figure, Result, Row } from '../row.ts';

/** Streams of each length; all of them together are some megabytes, which no cache of a core holds. */
const STREAMS: Readonly<Record<number, number>> = { 10: 400, 100: 60, 1000: 6 };
/** Events that one sample reads, in quick. */
const EVENTS = 12_000;

/** Loading one aggregate from its stream: read, check, understand, fold. */
export const loading: Row = {
  name: 'load',
  asks: 'How fast is one aggregate folded from a stream of 10, 100 and 1000 events?',
  bare: true,
  async run({ size, folder }: Context): Promise<Result> {
    mkdirSync(folder, { recursive: true });
    await makeDemo(folder);
    const organisationId = await organisationOf(folder);
    const parts = await openParts(folder);
    const places = new Map<number, readonly number[]>();
    let dossier = 0;
    for (const [length, streams] of Object.entries(STREAMS)) {
      const some = Array.from({ length: streams }, () => dossier++);
      places.set(Number(length), some);
      const past = some.flatMap((one) => dossierHistory(one, Number(length)));
      await appendPast(parts, organisationId, past);
    }
    const log = new BareLog(filesOf(folder).log);
    const fold = (one: number) =>
      load(parts.store, parts.codec, organisationId, application, applicationIdOf(one));
    const open = async (one: number): Promise<void> => {
      const { events } = await fold(one);
      const personId: PersonId = candidateIdOf(one);
      const handles = events.flatMap(({ data }) =>
        Object.values(data as object).filter((value) => value instanceof Sealed),
      );
      const requests = handles.map((handle) => ({
        handle,
        expected: { organisationId, personId },
      }));
      await openHandles(requests, (blobs) => parts.vault.open(blobs));
    };

    const figures: Figure[] = [];
    const behind: Record<string, number> = {};
    for (const [length, some] of places) {
      const texts = some.map((one) => log.textsOf(streamName('application', applicationIdOf(one))));
      const rounds = Math.ceil((EVENTS * size.longer) / (length * some.length));
      const events = rounds * length * some.length;
      const everyStream = async (work: (one: number, index: number) => unknown) => {
        const measured = await timed(async () => {
          for (let round = 0; round < rounds; round += 1)
            for (const [index, one] of some.entries()) await work(one, index);
        });
        return rateOf(events, measured);
      };
      const parsed = () => everyStream((_, index) => parseInMemory(texts[index] ?? []));
      await parsed();
      await everyStream(fold);
      await everyStream(open);
      const folded = await inTurns(size.repetitions, parsed, () => everyStream(fold));
      const opened = await inTurns(size.repetitions, parsed, () => everyStream(open));
      figures.push(
        {
          what: `load-${length}`,
          unit: '× P',
          value: spreadOf(folded.map(([p, own]) => own.perSecond / p.perSecond)),
          target: { atLeast: 0.45 },
        },
        {
          what: `load-${length}, personal values opened`,
          unit: '× P',
          value: spreadOf(opened.map(([p, own]) => own.perSecond / p.perSecond)),
          target: { atLeast: 0.15 },
        },
      );
      behind[`load-${length}, × P by processor time`] = spreadOf(
        folded.map(([p, own]) => own.perProcessorSecond / p.perProcessorSecond),
      ).median;
      behind[`P, events/s (${length})`] = spreadOf(folded.map(([p]) => p.perSecond)).median;
      behind[`load-${length}, loads/s`] =
        spreadOf(folded.map(([, own]) => own.perSecond)).median / length;
    }
    log.close();
    await parts.close();
    return { figures, behind };
  },
};
