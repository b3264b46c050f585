import { hash } from 'node:crypto';
import type { ClientSession } from 'mongodb';
import { canonical } from '../aead.ts';
import type { GateRow, Rows } from './collections.ts';

/**
 * Transactions that only read what another one writes do not notice each other: one would make a key
 * while another puts up its fence. So whoever makes, fences or claims goes through the same gate, a
 * document that each of them writes: of two at once, one is done again and sees what the other did.
 *
 * Each gate also says under which epoch to wrap. A rotation changes all of them before it wraps the
 * rows anew: from then on nothing more can be committed under the old epoch.
 */
const GATES = 256;

export const newGates = (epoch: string): GateRow[] =>
  Array.from({ length: GATES }, (_, _id) => ({ _id, epoch, turns: 0 }));

const gateOf = (...parts: readonly (string | number)[]): number =>
  hash('sha256', canonical(...parts), 'buffer').readUInt8(0);

/** The gate of a person: keys, fences and claims. */
export const personGate = (organisationId: string, personId: string): number =>
  gateOf('person', organisationId, personId);

/** The gate of the addresses that share a bucket. */
export const bucketGate = (organisationId: string, bucket: number): number =>
  gateOf('bucket', organisationId, bucket);

/** Goes through a gate and gives the epoch to wrap under, as long as the transaction lasts. */
export const through = async (
  { gates }: Rows,
  session: ClientSession,
  gate: number,
): Promise<string> => {
  const passed = await gates.findOneAndUpdate({ _id: gate }, { $inc: { turns: 1 } }, { session });
  if (passed === null) {
    throw new Error('The vault in this database is not whole: restore the database as a whole.');
  }
  return passed.epoch;
};

/** Has everybody wrap under the next epoch: whatever is on its way under the old one ends before. */
export const switchGates = async ({ gates }: Rows, ending: string, next: string): Promise<void> => {
  // One by one, so that none is held while another waits for somebody to come through.
  const change = { $set: { epoch: next } };
  const changes = Array.from({ length: GATES }, (_, _id) => ({
    updateOne: { filter: { _id, epoch: ending }, update: change },
  }));
  await gates.bulkWrite(changes, { ordered: false });
};
