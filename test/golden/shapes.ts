import { jsonSchemaOf, type EventFacts } from '@vivier/kernel';
import { isDeepStrictEqual } from 'node:util';
import { mayBeAbsent } from './samples.ts';

/** One field as it is stored: its JSON Schema, and whether an event may lack it. */
export interface FieldShape {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly optional: boolean;
}

/** Field name to shape. */
export type EventShape = Readonly<Record<string, FieldShape>>;

/** The shape in which a declaration has its events stored; what a golden shape is compared with. */
export const shapeOf = (type: EventFacts): EventShape => {
  const { properties } = jsonSchemaOf(type);
  return Object.fromEntries(
    Object.entries(type.fields).map(([name, field]) => [
      name,
      { schema: properties[name] ?? {}, optional: mayBeAbsent(field) },
    ]),
  );
};

type Schema = FieldShape['schema'];

const objectIn = (schema: Schema) => {
  const { properties = {}, required = [], ...rest } = schema;
  return {
    properties: properties as Readonly<Record<string, Schema>>,
    required: required as readonly string[],
    rest,
  };
};

/** Whether old objects pass: every property still fits, and none that they may lack is required. */
const objectStillFits = (old: Schema, now: Schema): boolean => {
  const [before, after] = [objectIn(old), objectIn(now)];
  return (
    isDeepStrictEqual(before.rest, after.rest) &&
    after.required.every((name) => before.required.includes(name)) &&
    Object.entries(before.properties).every(([name, schema]) => {
      const { [name]: still } = after.properties;
      return still !== undefined && stillFits(schema, still);
    })
  );
};

/**
 * Whether every value of the old schema passes the new one: the same, an enum with more choices, or an
 * object, or a list of such, that has got properties which may be absent.
 */
const stillFits = (old: Schema, now: Schema): boolean => {
  if (old['type'] === 'object' && now['type'] === 'object') return objectStillFits(old, now);
  if (old['type'] === 'array' && now['type'] === 'array') {
    const { items: item, ...list } = old;
    const { items: itemNow, ...listNow } = now;
    return isDeepStrictEqual(list, listNow) && stillFits(item as Schema, itemNow as Schema);
  }
  const { enum: before, ...rest } = old;
  const { enum: after, ...others } = now;
  if (!isDeepStrictEqual(rest, others)) return false;
  if (!Array.isArray(before) || !Array.isArray(after)) return isDeepStrictEqual(before, after);
  return before.every((choice) => after.includes(choice));
};

export interface ShapeChange {
  /** What makes stored events unreadable, or read otherwise than they were meant: a sentence each. */
  readonly breaking: readonly string[];
  /** What stored events bear: optional fields and choices that were added. */
  readonly additions: readonly string[];
}

/** What lies between the shape that events were stored in and the one that is declared today. */
export const changeOf = (stored: EventShape, declared: EventShape): ShapeChange => {
  const breaking: string[] = [];
  const additions: string[] = [];
  for (const [name, { schema, optional }] of Object.entries(stored)) {
    const now = declared[name];
    if (!now) breaking.push(`${name} is gone`);
    else if (!stillFits(schema, now.schema)) breaking.push(`${name} has another schema`);
    else if (optional && !now.optional) breaking.push(`${name} may no longer be absent`);
    else if (!isDeepStrictEqual({ schema, optional }, now)) additions.push(name);
  }
  for (const [name, { optional }] of Object.entries(declared))
    if (!(name in stored)) (optional ? additions : breaking).push(optional ? name : `${name} is new`);
  return { breaking, additions };
};
