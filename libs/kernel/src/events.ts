import { type z } from 'zod';
import type {
  CommandId,
  CorrelationId,
  EventId,
  OrganisationId,
  PersonId,
  Position,
  StreamName,
} from './ids.ts';
import type { Sealed } from './sealed.ts';

const mark: unique symbol = Symbol('personal');

/** A field that says something about a person; see {@link personal}. */
export interface Personal<Schema extends z.ZodType = z.ZodType> {
  readonly [mark]: true;
  readonly schema: Schema;
  /** The field that holds the id of the person it is about; default: the stream's person. */
  readonly subject?: string;
}

/**
 * Marks a field as personal: its value is sealed before it is stored and stays sealed until the edge.
 * Free text and file names are personal by default (GDPR 4(1)).
 *
 * @param subject the field of the same event that names the person, when it is not the stream's
 */
export const personal = <Schema extends z.ZodType>(
  schema: Schema,
  subject?: string,
): Personal<Schema> => ({ [mark]: true, schema, ...(subject !== undefined && { subject }) });

export const isPersonal = (field: Field): field is Personal => mark in field;

export type Field = z.ZodType | Personal;
export type Shape = Readonly<Record<string, Field>>;

type Handle<Value> = undefined extends Value
  ? Sealed<Exclude<Value, undefined>> | undefined
  : Sealed<Value>;

/** What a rule sees of a field: the value of a fact, a handle for a personal one. */
export type FieldValue<F extends Field> =
  F extends Personal<infer Schema>
    ? Handle<z.output<Schema>>
    : F extends z.ZodType
      ? z.output<F>
      : never;

/** What a caller sends for a field. */
export type FieldInput<F extends Field> =
  F extends Personal<infer Schema> ? z.input<Schema> : F extends z.ZodType ? z.input<F> : never;

export type DataOf<S extends Shape> = {
  readonly [K in keyof S as undefined extends FieldValue<S[K]> ? never : K]: FieldValue<S[K]>;
} & {
  readonly [K in keyof S as undefined extends FieldValue<S[K]> ? K : never]?: FieldValue<S[K]>;
};

export type InputOf<S extends Shape> = {
  readonly [K in keyof S as undefined extends FieldInput<S[K]> ? never : K]: FieldInput<S[K]>;
} & {
  readonly [K in keyof S as undefined extends FieldInput<S[K]> ? K : never]?: FieldInput<S[K]>;
};

export interface DomainEvent<Name extends string = string, Data = unknown> {
  readonly type: Name;
  readonly data: Data;
}

/** The constructor of one event, and all that is known of it. */
export interface EventType<Name extends string, S extends Shape> extends EventFacts {
  (data: DataOf<S>): DomainEvent<Name, DataOf<S>>;
  readonly type: Name;
  readonly fields: S;
}

/** What is known of an event, whatever its data. */
export interface EventFacts {
  readonly type: string;
  readonly fields: Shape;
  /** 1 + the number of upcasts; stands on the wire only, as `<type>.v<version>`. */
  readonly version: number;
  /** Turns the data of an older version into those of the next one. */
  readonly upcasts: Readonly<Record<number, Upcast>>;
}

/** Old data in, data of the next version out; personal fields are handles and stay so. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the old shape exists nowhere any more
export type Upcast = (old: any) => Record<string, unknown>;

export type EventSet<Shapes extends Readonly<Record<string, Shape>>> = {
  readonly [Name in keyof Shapes & string]: EventType<Name, Shapes[Name]>;
};

/** Any family of events; its constructors are not called through this type. */
export type AnyEventSet = Readonly<Record<string, EventFacts & ((data: never) => DomainEvent)>>;

/** The union of the events of a set. */
export type EventOf<Set> = {
  [Name in keyof Set]: Set[Name] extends EventType<infer N, infer S>
    ? DomainEvent<N, DataOf<S>>
    : never;
}[keyof Set];

/**
 * Declares a family of events, once. Constructors, the union type, the codec, the stored version, the
 * list of personal fields and the JSON Schema all come from here.
 *
 * @param shapes event name (noun first, past tense) to its fields
 * @param upcasts event name to old version to the function that lifts it to the next
 * @throws TypeError when upcasts leave a gap, or a personal field names a subject that is not there
 */
export const defineEvents = <const Shapes extends Readonly<Record<string, Shape>>>(
  shapes: Shapes,
  upcasts: { readonly [Name in keyof Shapes]?: Readonly<Record<number, Upcast>> } = {},
): EventSet<Shapes> =>
  Object.fromEntries(
    Object.entries(shapes).map(([type, fields]) => {
      const lifts = upcasts[type] ?? {};
      const version = 1 + Object.keys(lifts).length;
      for (let old = 1; old < version; old += 1)
        if (!lifts[old]) throw new TypeError(`${type} has no upcast from version ${old}.`);
      for (const field of Object.values(fields))
        if (isPersonal(field) && field.subject !== undefined && !(field.subject in fields))
          throw new TypeError(`${type} has no field ${field.subject} to name a person.`);
      const make = (data: unknown) => ({ type, data });
      return [type, Object.assign(make, { type, fields, version, upcasts: lifts })];
    }),
  ) as unknown as EventSet<Shapes>;

export type Role = 'candidate' | 'operator' | 'admin' | 'compliance' | 'integrator';

/** Who caused an event. */
export interface Actor {
  readonly kind: 'account' | 'anonymous' | 'saga' | 'system';
  /** The account's id, the saga's name, `cli`, or what an anonymous caller followed. */
  readonly id: string;
  readonly role: Role | 'anonymous' | 'system';
  /** The person behind an account; a candidate's id is their person's. */
  readonly personId?: PersonId;
  /** What else tells an anonymous caller from another: ids derive from it, it is never recorded. */
  readonly apart?: string;
}

/** What stands beside every event. */
export interface Metadata {
  /** The domain's time, an ISO-8601 instant. */
  readonly at: string;
  readonly by: { readonly kind: Actor['kind']; readonly id: string; readonly role: Actor['role'] };
  readonly organisationId: OrganisationId;
  /** The person that the stream is about, where it is about one. */
  readonly personId?: PersonId;
  readonly commandId: CommandId;
  /** The command's name: which rule this event came from. */
  readonly command: string;
  /** A digest of the command's input, keyed with the stream's scope, so that it dies with it. */
  readonly inputDigest: string;
  readonly correlationId: CorrelationId;
  /** The event or command that led to this one. */
  readonly causationId: string;
}

/** An event as everybody but the log reads it. */
export type Recorded<Event extends DomainEvent = DomainEvent> = Event & {
  readonly id: EventId;
  readonly stream: StreamName;
  /** The id of the thing that the stream is about. */
  readonly key: string;
  readonly revision: number;
  readonly position: Position;
} & Metadata;
