import type { Document, Projection, Recorded } from '@vivier/kernel';
import { packDocument } from '@vivier/kernel/sealing';
import { FIRST_INSTANT, inStream, MemoryVault, Past, type PastEvent } from '@vivier/testing';
import * as sample from './samples.fixtures.ts';
import { asOf, replay } from './replay.ts';

const { adaId, bobId, first, notebookEvents, notebooks, second } = sample;
const { NotebookOpened, NoteAdded, NotebookClosed } = notebookEvents;

const start = Date.parse(FIRST_INSTANT);
const minute = (passed: number): string => new Date(start + passed * 60_000).toISOString();

const inNotebook = (key: string, personId = adaId) =>
  inStream({ category: 'notebook', key, personId, scope: 'account' as never });
const note = (text: string) =>
  ({ type: NoteAdded.type, data: { size: text.length, text } }) as PastEvent['event'];

const recordedOf = (...past: readonly PastEvent[]): readonly Recorded[] => {
  const log = new Past([notebookEvents], new MemoryVault());
  return past.map((event) => log.recorded(event));
};
const opened = (notebookId: typeof first, ownerId = adaId) =>
  inNotebook(notebookId, ownerId)(NotebookOpened({ notebookId, ownerId }));

const story = recordedOf(
  opened(first),
  inNotebook(first)(note('one')),
  opened(second),
  inNotebook(second)(note('two')),
  inNotebook(first)(note('three')),
  inNotebook(second)(NotebookClosed({})),
);

const toldOf = (document: Document | undefined): unknown =>
  document && (JSON.parse(JSON.stringify(document)) as unknown);

test('One document is folded from the events that touch it, personal values sealed', () => {
  expect(toldOf(replay(notebooks, story.slice(0, 5), first))).toEqual({
    _id: first,
    ownerId: adaId,
    notes: ['[sealed]', '[sealed]'],
    closed: false,
  });
  expect(replay(notebooks, story.slice(0, 5), second)?.notes).toHaveLength(1);
});

test('An event that is found by a lookup touches it where the lookup means it, and no other', () => {
  expect(replay(notebooks, story, first)?.closed).toBe(true);
  const others = recordedOf(
    opened(first),
    opened(second, bobId),
    inNotebook(second, bobId)(NotebookClosed({})),
  );
  expect(replay(notebooks, others, first)?.closed).toBe(false);
  expect(replay(notebooks, others, second)?.closed).toBe(true);
});

test('Before its first event there is no document, and after its removal neither', () => {
  expect(replay(notebooks, [], first)).toBeUndefined();
  expect(replay(notebooks, story.slice(0, 2), second)).toBeUndefined();
  const removing: Projection<sample.NotebookDocument> = {
    ...notebooks,
    on: {
      ...notebooks.on,
      NotebookClosed: { keys: ({ key }) => [key], evolve: () => undefined },
    },
  };
  expect(replay(removing, story, second)).toBeUndefined();
  expect(replay(removing, story, first)).toBeDefined();
});

test('What it gives can be stored as a read model stores it', () => {
  const document = replay(notebooks, story, first);
  expect(packDocument(document!)).toMatchObject({ notes: [{ _sealed: [0, 'text'] }, {}] });
});

describe('As of an instant', () => {
  const revisions = (instant: number | string) =>
    asOf(story, typeof instant === 'string' ? Date.parse(instant) : instant).length;

  test('counts what happened in that very millisecond and before', () => {
    expect(revisions(start - 1)).toBe(0);
    expect(revisions(FIRST_INSTANT)).toBe(1);
    expect(revisions(start + 59_999)).toBe(1);
    expect(revisions(minute(1))).toBe(2);
    expect(revisions(minute(5))).toBe(6);
    expect(revisions('9999-12-31T23:59:59Z')).toBe(6);
  });

  test('is a beginning of the log: where a clock was set back, it ends when the instant came first', () => {
    const setBack = recordedOf(
      opened(first),
      inNotebook(first)(note('at ten'), { at: minute(60) }),
      inNotebook(first)(note('at half past nine, later'), { at: minute(30) }),
      inNotebook(first)(note('at noon'), { at: minute(180) }),
    );
    const at = (instant: string) => asOf(setBack, Date.parse(instant)).length;
    expect(at(minute(45))).toBe(1);
    expect(at(minute(60))).toBe(3);
    expect(at(minute(180))).toBe(4);
  });
});
