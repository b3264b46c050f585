import type { DeclaredCollection } from './declaration.ts';
import { UnstorableDocument, type ReadDocument } from './port.ts';

/** What {@link valueAt} says of a path that leads through a list. */
export const IN_A_LIST: unique symbol = Symbol('in a list');

/** As deep as MongoDB lets documents be. */
const MAXIMUM_DEPTH = 100;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** Text as UTF-8 can carry it: a lone surrogate becomes U+FFFD, which is what the driver writes too. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\uFFFD');

/** Whether an object is of no class; also for one that comes from another realm. */
export const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** What lies at a path of plain objects: `undefined` where nothing does, or {@link IN_A_LIST}. */
export const valueAt = (document: unknown, path: string): unknown => {
  let value = document;
  for (const part of path.split('.')) {
    if (Array.isArray(value)) return IN_A_LIST;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
};

/**
 * Checks a document, for any adapter, and gives what is kept of it: JSON and nothing else, so that a
 * sealed handle, a date or a number that is none cannot turn quietly into something else on its way.
 * Fields that are `undefined` are left out. Throws {@link UnstorableDocument}.
 */
export const storable = (collection: DeclaredCollection, document: ReadDocument): ReadDocument => {
  const refuse = (path: string, reason: string): never => {
    throw new UnstorableDocument(collection.name, path, reason);
  };
  const copy = (value: unknown, path: string, depth: number): unknown => {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return wellFormed(value);
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return refuse(path, 'is not a finite number');
      return value === 0 ? 0 : value;
    }
    if (typeof value !== 'object') return refuse(path, `is a ${typeof value}, which is not JSON`);
    if (depth > MAXIMUM_DEPTH) return refuse(path, `lies deeper than ${MAXIMUM_DEPTH} levels`);
    if (Array.isArray(value)) return value.map((one) => copy(one, `${path}[]`, depth + 1));
    if (!isPlain(value)) return refuse(path, 'is an object of a class, which is not JSON');
    const fields: [string, unknown][] = [];
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) continue;
      const at = path === '' ? name : `${path}.${name}`;
      if (name === '' || name.startsWith('$') || name.includes('\0')) {
        return refuse(at, 'has a name that MongoDB does not keep');
      }
      fields.push([name, copy(field, at, depth + 1)]);
    }
    return Object.fromEntries(fields);
  };
  const kept = copy(document, '', 1) as ReadDocument;
  if (typeof kept._id !== 'string' || kept._id === '') refuse('_id', 'is not a text');
  for (const path of collection.indexedPaths) {
    const value = valueAt(kept, path);
    if (typeof value === 'symbol' || (typeof value === 'object' && value !== null)) {
      refuse(path, 'is a key of an index, where only text, numbers, booleans and null may lie');
    }
  }
  return kept;
};
