import { toUSVString } from 'node:util';
import type { OrganisationId } from '@vivier/kernel';
import type { DeclaredCollection } from './declaration.ts';
import { UnstorableDocument, type ReadDocument } from './port.ts';

/** What {@link valueAt} says of a path that leads through a list. */
export const IN_A_LIST: unique symbol = Symbol('in a list');

/** An adapter may keep the organisation there; no document has a field of this name. */
export const ORGANISATION_FIELD = '_organisation';

/**
 * An organisation's id, for any adapter. Throws a TypeError where it holds a slash: an adapter may keep
 * it before the ids of documents, parted from them by one.
 */
export const checkedOrganisation = (organisationId: OrganisationId): OrganisationId => {
  if (organisationId.includes('/'))
    throw new TypeError('The id of an organisation holds no slash: give it another id.');
  return organisationId;
};

const ORDINARY = { configurable: true, enumerable: true, writable: true } as const;

/** As deep as MongoDB lets documents be. */
const MAXIMUM_DEPTH = 100;
/** Text as UTF-8 can carry it: a lone surrogate becomes U+FFFD, which is what the driver writes too. */
export const wellFormed = (text: string): string => toUSVString(text);

/** Whether an object is of no class; also for one that comes from another realm. */
export const isPlain = (value: object): value is Record<string, unknown> => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** What lies at a path of plain objects: `undefined` where nothing does, or {@link IN_A_LIST}. */
export const valueAt = (document: unknown, path: string): unknown => {
  let value = document;
  if (!path.includes('.')) return fieldOf(value, path);
  for (const part of path.split('.')) {
    value = fieldOf(value, part);
    if (value === IN_A_LIST || value === undefined) return value;
  }
  return value;
};

const fieldOf = (value: unknown, name: string): unknown => {
  if (Array.isArray(value)) return IN_A_LIST;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
};

/**
 * Checks a document, for any adapter, and gives what is kept of it: JSON and nothing else, so that a
 * sealed handle, a date or a number that is none cannot turn quietly into something else on its way.
 * Fields that are `undefined` are left out, and `_id` comes first. Where nothing has to change, it is the
 * document itself.
 * Throws {@link UnstorableDocument}.
 */
export const storable = (collection: DeclaredCollection, document: ReadDocument): ReadDocument => {
  /** Where it looks at the moment: names joined only for the one document that is refused. */
  const trail: string[] = [];
  const refuse = (path: string, reason: string): never => {
    throw new UnstorableDocument(collection.name, path, reason);
  };
  const refuseHere = (reason: string): never =>
    refuse(trail.join('.').replaceAll('.[]', '[]'), reason);

  const keepList = (list: readonly unknown[], depth: number): readonly unknown[] => {
    let kept: unknown[] | undefined;
    trail.push('[]');
    for (const [at, one] of list.entries()) {
      const same = keep(one, depth + 1);
      if (!Object.is(same, one)) (kept ??= [...list])[at] = same;
    }
    trail.pop();
    return kept ?? list;
  };
  const keepFields = (fields: Record<string, unknown>, depth: number): Record<string, unknown> => {
    let kept: Record<string, unknown> | undefined;
    for (const name of Object.keys(fields)) {
      const field = fields[name];
      if (field === undefined) {
        kept ??= { ...fields };
        delete kept[name];
        continue;
      }
      trail.push(name);
      if (name === '' || name.startsWith('$') || name.includes('\0') || name === '_bsontype') {
        refuseHere('has a name that MongoDB does not keep');
      }
      const same = keep(field, depth + 1);
      if (!Object.is(same, field))
        // Defined, not assigned: a field may be called `__proto__`.
        Object.defineProperty((kept ??= { ...fields }), name, { ...ORDINARY, value: same });
      trail.pop();
    }
    return kept ?? fields;
  };
  const keep = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return wellFormed(value);
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return refuseHere('is not a finite number');
      return value === 0 ? 0 : value;
    }
    if (typeof value !== 'object') return refuseHere(`is a ${typeof value}, which is not JSON`);
    if (depth > MAXIMUM_DEPTH) return refuseHere(`lies deeper than ${MAXIMUM_DEPTH} levels`);
    if (Array.isArray(value)) return keepList(value, depth);
    if (!isPlain(value)) return refuseHere('is an object of a class, which is not JSON');
    return keepFields(value, depth);
  };
  const kept = keep(document, 1) as ReadDocument;
  if (typeof kept._id !== 'string' || kept._id === '') refuse('_id', 'is not a text');
  if (Object.hasOwn(kept, ORGANISATION_FIELD))
    refuse(ORGANISATION_FIELD, 'is where the store keeps whose it is: give the field another name');
  for (const path of collection.indexedPaths) {
    const value = valueAt(kept, path);
    if (typeof value === 'symbol' || (typeof value === 'object' && value !== null)) {
      refuse(path, 'is a key of an index, where only text, numbers, booleans and null may lie');
    }
  }
  // MongoDB keeps it there, whatever came first.
  if (Object.keys(kept)[0] === '_id') return kept;
  const { _id, ...others } = kept;
  return { _id, ...others };
};
