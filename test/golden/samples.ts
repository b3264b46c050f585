import {
  isPersonal,
  streamName,
  type AnyEventSet,
  type CommandId,
  type CorrelationId,
  type EventFacts,
  type EventId,
  type Field,
  type Metadata,
  type OrganisationId,
  type PersonId,
  type Scope,
} from '@vivier/kernel';
import { EventCodec, pending } from '@vivier/kernel/sealing';
import { MemoryVault, derive } from '@vivier/testing';
import { z } from 'zod';

/** A stored event as a golden file holds it: the data are the bytes' own JSON. */
export interface GoldenEvent {
  readonly type: string;
  readonly id: EventId;
  readonly stream: string;
  readonly organisationId: OrganisationId;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Metadata;
}

type Schema = Readonly<Record<string, unknown>>;

const propertiesOf = (schema: Schema): readonly string[] =>
  Object.keys((schema['properties'] ?? {}));

/** Of several kinds of a thing, the one of which there is most to store. */
const richest = (kinds: readonly Schema[]): Schema =>
  kinds.reduce((most, kind) =>
    propertiesOf(kind).length > propertiesOf(most).length ? kind : most,
  );

/** A text for a field of this name: two letters, as of a language, where the name is none that passes. */
const textOf = (schema: Schema, name: string): string => {
  const text = name.toLowerCase();
  const { pattern } = schema;
  if (typeof pattern !== 'string' || new RegExp(pattern).test(text)) return text;
  return text.slice(0, 2);
};

/** A value that a JSON Schema lets pass: always the same for the same place. */
const valueOf = (schema: Schema, place: string): unknown => {
  const choices = schema['enum'] as readonly unknown[] | undefined;
  if (choices) return choices[0];
  if ('const' in schema) return schema['const'];
  const kinds = (schema['oneOf'] ?? schema['anyOf']) as readonly Schema[] | undefined;
  if (kinds) return valueOf(richest(kinds), place);
  switch (schema['type']) {
    case 'string':
      if (schema['format'] === 'uuid') return derive('golden', place);
      if (schema['format'] === 'email') return 'golden@example.org';
      return textOf(schema, place.split('.').at(-1) ?? '');
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    case 'array':
      return [valueOf(schema['items'] as Schema, place)];
    case 'object':
      if (!schema['properties'])
        return { [place]: valueOf(schema['additionalProperties'] as Schema, place) };
      return Object.fromEntries(
        Object.entries(schema['properties'] as Record<string, Schema>).map(([name, inner]) => [
          name,
          valueOf(inner, `${place}.${name}`),
        ]),
      );
    default:
      throw new TypeError(`No sample is known for ${place}: teach this function its schema.`);
  }
};

const schemaOf = (field: Field): z.ZodType => (isPersonal(field) ? field.schema : field);

export const mayBeAbsent = (field: Field): boolean =>
  schemaOf(field).safeParse(undefined).success;

/**
 * Makes stored events of one type as the product would write them today: one with all of its fields
 * and, where some may be absent, one without these.
 *
 * @returns file name, without `.json`, to event
 */
export const goldenEvents = (set: AnyEventSet, type: EventFacts): Map<string, GoldenEvent> => {
  const codec = new EventCodec([set]);
  const organisationId = derive('golden', 'organisation') as OrganisationId;
  const personId = derive('golden', 'person') as PersonId;
  const made = (fields: readonly (readonly [string, Field])[]): GoldenEvent => {
    const event = {
      type: type.type,
      data: Object.fromEntries(
        fields.map(([name, field]) => {
          const schema = z.toJSONSchema(schemaOf(field), { io: 'input' }) as Schema;
          const value = valueOf(schema, `${type.type}.${name}`);
          return [name, isPersonal(field) ? pending(value) : value];
        }),
      ),
    };
    const id = derive('golden', 'event', type.type) as EventId;
    const stream = streamName('golden', derive('golden', 'stream', type.type));
    const groups = codec.personalValues(event, personId);
    const blobs = new MemoryVault().sealNow(
      groups.map(({ personId: subject, values }) => ({
        values,
        origin: {
          organisationId,
          personId: subject,
          scope: 'account' as Scope,
          stream,
          eventId: id,
          type: type.type,
        },
      })),
    );
    const commandId = derive('golden', 'command', type.type);
    return {
      type: codec.wireType(event),
      id,
      stream,
      organisationId,
      data: JSON.parse(new TextDecoder().decode(codec.encode(event, groups, blobs))) as Schema,
      metadata: {
        at: '2026-03-02T09:00:00.000Z',
        by: { kind: 'account', id: derive('golden', 'account'), role: 'operator' },
        organisationId,
        personId,
        commandId: commandId as CommandId,
        command: 'Golden',
        inputDigest: derive('golden', 'digest', type.type),
        correlationId: commandId as CorrelationId,
        causationId: commandId,
      },
    };
  };
  const all = Object.entries(type.fields);
  const least = all.filter(([, field]) => !mayBeAbsent(field));
  const name = `${type.type}.v${type.version}`;
  const events = new Map([[name, made(all)]]);
  if (least.length < all.length) events.set(`${name}.least`, made(least));
  return events;
};
