import {
  BSON,
  MongoInvalidArgumentError,
  type AnyBulkWriteOperation,
  type ClientSession,
  type ObjectId,
} from 'mongodb';
import { START } from '@vivier/kernel';
import { isDuplicate } from '@vivier/mongodb/driver';
import type { DeclaredCollection } from '../declaration.ts';
import { storable } from '../document.ts';
import { UnstorableDocument, type ProjectionBatch, type ReadWrite } from '../port.ts';
import { asKept, placeOf, type KeptDocument } from './kept.ts';
import type { Known, Registry } from './registry.ts';

type Operation = AnyBulkWriteOperation<KeptDocument>;

/** What a batch writes to one collection, made ready for however many tries it takes. */
export interface ReadyWrites {
  readonly known: Known;
  readonly operations: readonly Operation[];
}

/** The projection does not stand where the batch begins, or this very batch has been stored already. */
export class NotThere extends Error {
  override readonly name = 'NotThere';
}

/** A collection that the batch writes to was removed, and perhaps declared anew, since it was made ready. */
export class Changed extends Error {
  override readonly name = 'Changed';
}

/** By `_id` alone: the organisation is in it, and its index needs nothing else. */
const asOperation = (
  declared: DeclaredCollection,
  write: ReadWrite,
): readonly [_id: string, operation: Operation] => {
  if ('remove' in write) {
    const _id = placeOf(write.organisationId, write.remove);
    return [_id, { deleteOne: { filter: { _id } } }];
  }
  const replacement = asKept(write.organisationId, storable(declared, write.put));
  const { _id } = replacement;
  return [_id, { replaceOne: { filter: { _id }, replacement, upsert: true } }];
};

/**
 * Checks the documents and sorts the writes. Of several writes to one document the last one counts; then
 * their order is free, and those of one kind are one message. Rejects with {@link UnknownCollection},
 * {@link UnstorableDocument}.
 */
export const madeReady = async (
  registry: Registry,
  { writes }: ProjectionBatch,
): Promise<readonly ReadyWrites[]> => {
  const ready: ReadyWrites[] = [];
  for (const name of new Set(writes.map(({ collection }) => collection))) {
    const known = await registry.known(name);
    const last = new Map<string, Operation>();
    for (const write of writes) {
      if (write.collection !== name) continue;
      last.set(...asOperation(known.declared, write));
    }
    const [removals, puts] = [true, false].map((wanted) =>
      [...last.values()].filter((operation) => 'deleteOne' in operation === wanted),
    );
    ready.push({ known, operations: [...(puts ?? []), ...(removals ?? [])] });
  }
  return ready;
};

/**
 * Within a transaction: moves the projection's position, by which two writers of one projection meet, and
 * writes the documents. Rejects with {@link NotThere}, {@link Changed}, {@link UnstorableDocument}.
 */
export const write = async (
  registry: Registry,
  { projection, from, to }: ProjectionBatch,
  ready: readonly ReadyWrites[],
  token: ObjectId,
  session: ClientSession,
): Promise<void> => {
  const begins = from === START;
  const moved = await registry.entries
    .findOneAndUpdate(
      begins
        ? { _id: projection, $or: [{ position: { $exists: false } }, { position: START }] }
        : { _id: projection, position: from },
      { $set: { position: to, batch: token } },
      { upsert: begins, returnDocument: 'after', session },
    )
    .catch((error: unknown) => {
      // It has begun already: the entry that was to be made exists with another position.
      if (isDuplicate(error)) return null;
      throw error;
    });
  if (moved === null) throw new NotThere();
  for (const { known, operations } of ready) {
    const { name } = known.declared;
    const entry =
      name === projection
        ? moved
        : await registry.entries.findOneAndUpdate(
            { _id: name },
            { $set: { touched: token } },
            { session },
          );
    if (entry?.documents !== known.documents) throw new Changed();
    try {
      await registry.documents(known).bulkWrite(operations, { ordered: true, session });
    } catch (error) {
      throw error instanceof MongoInvalidArgumentError
        ? (tooLarge(known, operations) ?? error)
        : error;
    }
  }
};

/** The driver says that a document is too large, and not which one. */
const tooLarge = (
  { declared }: Known,
  operations: readonly Operation[],
): UnstorableDocument | undefined => {
  const MOST = 16 * 1024 * 1024;
  const isLarge = operations.some(
    (one) => 'replaceOne' in one && BSON.calculateObjectSize(one.replaceOne) > MOST - 1024,
  );
  return isLarge
    ? new UnstorableDocument(declared.name, 'all of it', 'takes more than the 16 MiB of MongoDB')
    : undefined;
};
