import type { z } from 'zod';
import {
  isPersonal,
  type AnyEventSet,
  type DomainEvent,
  type EventFacts,
  type Personal,
} from './events.ts';
import type { EventId, OrganisationId, PersonId, Scope, StreamName } from './ids.ts';
import { Sealed, type SealedBlob } from './sealed.ts';

/** The personal values of one person in one event, before they are sealed together. */
export interface PersonalValues {
  readonly personId: PersonId;
  /** False for a subject that the event names besides the stream's person. */
  readonly ofStream: boolean;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A type that no declaration of this program has: the reader stops, nothing is skipped. */
export class UnknownEvent extends Error {
  override readonly name = 'UnknownEvent';
  constructor(readonly wireType: string) {
    super(`The log holds ${wireType}, which this program does not know: start a newer one.`);
  }
}

/** A known type in a version that only a newer program reads. */
export class NewerEvent extends Error {
  override readonly name = 'NewerEvent';
  constructor(readonly wireType: string) {
    super(`The log holds ${wireType}, newer than this program reads: start a newer one.`);
  }
}

interface SealedPart {
  readonly person: PersonId;
  readonly scope: Scope;
  readonly fields: readonly string[];
  readonly blob: string;
}

/** Stored data, with the sealed parts beside the facts. */
type Wire = Readonly<Record<string, unknown>> & { readonly $sealed?: readonly SealedPart[] };

const WIRE_TYPE = /^([A-Za-z]+)\.v(\d+)$/;
const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** A declaration as it is worked with: found out once, since every event of the log passes here. */
interface Declared {
  readonly type: EventFacts;
  /** As it is stored today. */
  readonly wireType: string;
  readonly facts: readonly (readonly [string, z.ZodType])[];
  readonly personal: readonly (readonly [string, Personal])[];
  /** The facts with a default: what an event stored before such a field was declared reads as. */
  readonly defaults: readonly (readonly [string, () => unknown])[];
}

const declared = (type: EventFacts): Declared => {
  const facts: [string, z.ZodType][] = [];
  const personal: [string, Personal][] = [];
  for (const [name, field] of Object.entries(type.fields))
    if (isPersonal(field)) personal.push([name, field]);
    else facts.push([name, field]);
  const defaults = facts
    .filter(([, field]) => field.safeParse(undefined).data !== undefined)
    .map(([name, field]) => [name, () => field.parse(undefined)] as const);
  return { type, wireType: `${type.type}.v${type.version}`, facts, personal, defaults };
};

/**
 * Between events and stored bytes. Data are JSON: the facts, and under `$sealed` one blob per person
 * with the names of the fields in it.
 */
export class EventCodec {
  readonly #types = new Map<string, Declared>();
  /** What stored types mean; as many as there are declared versions. */
  readonly #read = new Map<string, { readonly of: Declared; readonly version: number }>();

  /** @throws TypeError when two sets declare the same event */
  constructor(sets: readonly AnyEventSet[]) {
    for (const type of sets.flatMap((set) => Object.values(set))) {
      const other = this.#types.get(type.type);
      if (other && other.type !== type) throw new TypeError(`${type.type} is declared twice.`);
      this.#types.set(type.type, declared(type));
    }
  }

  /** Every event that it reads, with the highest version, which is the one that it writes. */
  reads(): ReadonlyMap<string, number> {
    return new Map([...this.#types].map(([name, { type }]) => [name, type.version]));
  }

  /** The type as it is stored, with its version. */
  wireType(event: DomainEvent): string {
    return this.#declared(event.type).wireType;
  }

  /**
   * The pending personal values of an event, grouped by person: what must be sealed before
   * {@link encode}.
   *
   * @throws TypeError on a personal field that holds no pending handle, or that has no person
   */
  personalValues(event: DomainEvent, streamPerson: PersonId | undefined): PersonalValues[] {
    const { personal } = this.#declared(event.type);
    if (personal.length === 0) return [];
    const data = event.data as Readonly<Record<string, unknown>>;
    const groups: { personId: PersonId; ofStream: boolean; values: Record<string, unknown> }[] = [];
    for (const [name, field] of personal) {
      const handle = data[name];
      if (handle === undefined) continue;
      const content = handle instanceof Sealed ? Sealed.contentOf(handle) : undefined;
      if (content?.kind !== 'pending')
        throw new TypeError(
          `${event.type}.${name} is personal and must hold what a command brought.`,
        );
      const personId =
        field.subject === undefined ? streamPerson : (data[field.subject] as PersonId | undefined);
      if (personId === undefined) throw new TypeError(`${event.type}.${name} has no person.`);
      const group = groups.find((other) => other.personId === personId);
      if (group) group.values[name] = content.value;
      else
        groups.push({
          personId,
          ofStream: personId === streamPerson,
          values: { [name]: content.value },
        });
    }
    return groups;
  }

  /** {@link encodeText} as bytes. */
  encode(
    event: DomainEvent,
    groups: readonly PersonalValues[],
    blobs: readonly SealedBlob[],
  ): Uint8Array {
    return utf8.encode(this.encodeText(event, groups, blobs));
  }

  /**
   * The stored data of an event whose personal values were sealed, as JSON.
   *
   * @param blobs one for each of {@link personalValues}, in its order
   * @throws ZodError when a fact does not fit its declaration (a bug of the decider)
   */
  encodeText(
    event: DomainEvent,
    groups: readonly PersonalValues[],
    blobs: readonly SealedBlob[],
  ): string {
    const { type, facts } = this.#declared(event.type);
    const data = event.data as Readonly<Record<string, unknown>>;
    const wire: Record<string, unknown> = {};
    for (const name of Object.keys(data))
      if (!(name in type.fields)) throw new TypeError(`${event.type} declares no field ${name}.`);
    for (const [name, field] of facts) wire[name] = field.parse(data[name]);
    const parts = groups.map((group, index): SealedPart => {
      const blob = blobs[index];
      if (!blob) throw new TypeError(`${event.type} lacks a sealed blob.`);
      return {
        person: group.personId,
        scope: blob.origin.scope,
        fields: Object.keys(group.values),
        blob: blob.bytes,
      };
    });
    if (parts.length > 0) wire['$sealed'] = parts;
    return JSON.stringify(wire);
  }

  /**
   * Reads a stored event: facts as they are, personal fields as handles, old versions lifted, facts
   * that it was stored without as their defaults.
   *
   * @throws UnknownEvent, NewerEvent
   */
  decode(record: {
    readonly type: string;
    readonly data: Uint8Array;
    /** The same as text, where the store has it so. */
    readonly text?: { readonly data: string };
    readonly id: EventId;
    readonly stream: StreamName;
    readonly organisationId: OrganisationId;
  }): DomainEvent {
    const { of, version } = this.#read.get(record.type) ?? this.#readType(record.type);
    const { type, defaults } = of;
    const name = type.type;
    const wire = JSON.parse(record.text?.data ?? text.decode(record.data)) as Wire;
    if (!('$sealed' in wire) && version === type.version && defaults.length === 0)
      return { type: name, data: wire };
    const { $sealed: parts = [], ...facts } = wire;
    let data: Record<string, unknown> = facts;
    for (const part of parts) {
      const origin = {
        organisationId: record.organisationId,
        personId: part.person,
        scope: part.scope,
        stream: record.stream,
        eventId: record.id,
        type: name,
      };
      const blob: SealedBlob = { origin, bytes: part.blob };
      for (const field of part.fields) data[field] = Sealed.of({ kind: 'stored', blob, field });
    }
    for (let old = version; old < type.version; old += 1) {
      const lift = type.upcasts[old];
      if (!lift) throw new UnknownEvent(record.type);
      data = lift(data);
    }
    for (const [field, made] of defaults) if (!(field in data)) data[field] = made();
    return { type: name, data };
  }

  #readType(wireType: string): { readonly of: Declared; readonly version: number } {
    const [, name = '', digits = ''] = WIRE_TYPE.exec(wireType) ?? [];
    const of = this.#types.get(name);
    if (!of) throw new UnknownEvent(wireType);
    const version = Number(digits);
    if (version > of.type.version) throw new NewerEvent(wireType);
    const read = { of, version };
    this.#read.set(wireType, read);
    return read;
  }

  #declared(name: string): Declared {
    const type = this.#types.get(name);
    if (!type) throw new TypeError(`No declaration of ${name} was given to this codec.`);
    return type;
  }
}
