import { z } from 'zod';
import { isPersonal, type EventFacts, type Field } from './events.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema (2020-12) of one event as integrators see it. */
export interface EventJsonSchema extends JsonSchema {
  readonly title: string;
  readonly properties: Readonly<Record<string, JsonSchema>>;
  /** The fields that are always there. */
  readonly required: readonly string[];
}

const withoutDialect = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  return rest;
};

/** Null where the person was erased; the bounds of the text are those of the declaration. */
const nullable = (schema: JsonSchema): JsonSchema => {
  if (typeof schema['type'] !== 'string' || 'enum' in schema || 'const' in schema)
    return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema['type'], 'null'] };
};

const propertyOf = (field: Field): JsonSchema =>
  isPersonal(field)
    ? {
        ...nullable(withoutDialect(field.schema)),
        'x-personal': true,
        'x-subject': field.subject ?? 'stream',
      }
    : withoutDialect(field);

/**
 * The JSON Schema of an event's data, from its one declaration. A personal field may be null (its
 * person was erased) or absent (it was not given, or is not the reader's to see); `x-personal` marks
 * it, and `x-subject` names the field that holds its person's id, `stream` being the person whom the
 * stream is about. Readers must let fields pass that they do not know: an optional one may be added
 * within a version.
 */
export const jsonSchemaOf = ({ type, version, fields }: EventFacts): EventJsonSchema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: `${type}.v${version}`,
  title: type,
  'x-version': version,
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, propertyOf(field)]),
  ),
  required: Object.entries(fields)
    .filter(([, field]) => !isPersonal(field) && !field.safeParse(undefined).success)
    .map(([name]) => name),
});
