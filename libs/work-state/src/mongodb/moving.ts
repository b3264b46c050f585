import { isDeepStrictEqual } from 'node:util';
import { ObjectId } from 'mongodb';
import { START } from '@vivier/kernel';
import { addMissing, inBatches, rowsById } from '@vivier/mongodb/driver';
import { OutboxToMove, type TaskToMove } from '../embedded/outbox-to-move.ts';
import type { MovedOutbox, OutboxMove } from '../moving.ts';
import { prepareRows, rowsIn, type TaskRow } from './collections.ts';

const withSource = async <T>(
  { file }: OutboxMove,
  work: (source: OutboxToMove) => Promise<T>,
): Promise<T> => {
  const source = new OutboxToMove(file);
  try {
    return await work(source);
  } finally {
    source.close();
  }
};

const taskRow = (task: TaskToMove): TaskRow => ({
  _id: { effect: task.effect, event: task.eventId },
  organisation: task.organisationId,
  task: task.task,
  attempts: task.attempts,
  due: task.due,
  failure: task.failure,
  isDead: task.isDead,
  // Before whatever comes of the log from now on, in the turns that they had.
  log: START,
  turn: task.turn,
  ...(task.personId && { person: task.personId }),
  ...(task.stream && { stream: task.stream }),
});

/** See `../moving.ts`. */
export const moveOutbox = (move: OutboxMove): Promise<MovedOutbox> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    await prepareRows(move.db, rows);
    let tasks = 0;
    for (const batch of inBatches(source.tasks())) {
      await addMissing(rows.tasks, batch.map(taskRow));
      tasks += batch.length;
    }
    const positions = source.positions();
    // After the tasks: with its position an effect would take them for done.
    await addMissing(
      rows.positions,
      positions.map(({ place, position }) => ({
        _id: place,
        position: move.positionOf(position),
        batch: new ObjectId(),
      })),
    );
    return { effects: positions.length, tasks, differing: 0 };
  });

/** See `../moving.ts`. */
export const compareOutbox = (move: OutboxMove): Promise<MovedOutbox> =>
  withSource(move, async (source) => {
    const rows = rowsIn(move.db);
    const positions = source.positions();
    let tasks = 0;
    let differing = 0;
    for (const batch of inBatches(source.tasks())) {
      const wanted = batch.map(taskRow);
      const rowOf = await rowsById(
        rows.tasks,
        wanted.map(({ _id }) => _id),
      );
      for (const row of wanted) if (!isDeepStrictEqual(rowOf(row._id), row)) differing += 1;
      tasks += batch.length;
    }
    const placeOf = await rowsById(
      rows.positions,
      positions.map(({ place }) => place),
    );
    for (const { place, position } of positions)
      if (placeOf(place)?.position !== move.positionOf(position)) differing += 1;
    differing += Math.abs((await rows.tasks.countDocuments()) - tasks);
    differing += Math.abs((await rows.positions.countDocuments()) - positions.length);
    return { effects: positions.length, tasks, differing };
  });
