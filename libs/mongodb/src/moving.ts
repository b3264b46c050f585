import type {
  AnyBulkWriteOperation,
  Collection,
  Document,
  OptionalUnlessRequiredId,
} from 'mongodb';

/** Rows go into a database so many at a time. */
const AT_ONCE = 500;

/** What comes, a few hundred at a time. */
export function* inBatches<Row>(rows: Iterable<Row>): Generator<readonly Row[]> {
  let batch: Row[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Inserts the rows whose ids are not there yet, and leaves the others as they stand. */
export const addMissing = async <Row extends Document>(
  collection: Collection<Row>,
  rows: readonly OptionalUnlessRequiredId<Row>[],
): Promise<void> => {
  if (rows.length === 0) return;
  const operations = rows.map((row) => {
    const { _id, ...rest } = row as Document & { readonly _id: unknown };
    return { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } };
  });
  await collection.bulkWrite(operations as unknown as AnyBulkWriteOperation<Row>[], {
    ordered: false,
  });
};

/** The rows of these ids, which may be documents themselves. */
export const rowsById = async <Row extends Document>(
  collection: Collection<Row>,
  ids: readonly Row['_id'][],
): Promise<(id: Row['_id']) => Row | undefined> => {
  const named = (id: unknown): string => JSON.stringify(id);
  const found = await collection.find({ _id: { $in: [...ids] } } as never).toArray();
  const byId = new Map(
    found.map((row) => [named((row as Document)['_id']), row as unknown as Row]),
  );
  return (id) => byId.get(named(id));
};
