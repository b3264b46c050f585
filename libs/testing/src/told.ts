import {
  erased,
  isPersonal,
  Sealed,
  type AnyEventSet,
  type DomainEvent,
  type Erased,
  type EventFacts,
  type EventType,
  type InputOf,
  type Shape,
} from '@vivier/kernel';
import { pending } from '@vivier/kernel/sealing';
import type { MemoryVault } from './memory-vault.ts';

/** The constructors of a set whose personal fields are given in clear text. */
export type Told<Set> = {
  readonly [Name in keyof Set]: Set[Name] extends EventType<infer N, infer S extends Shape>
    ? (data: InputOf<S>) => DomainEvent<N, InputOf<S>>
    : never;
};

/**
 * An event set for tests: the same constructors, but personal fields are written, and compared, as
 * clear text. The words seal them before anything of the product sees them.
 */
export const told = <Set extends AnyEventSet>(set: Set): Told<Set> =>
  Object.fromEntries(
    Object.keys(set).map((type) => [type, (data: unknown) => ({ type, data })]),
  ) as unknown as Told<Set>;

/** The declarations of several sets, by name. */
export const declarations = (sets: readonly AnyEventSet[]): ReadonlyMap<string, EventFacts> =>
  new Map(sets.flatMap((set) => Object.values(set)).map((facts) => [facts.type, facts]));

/** An event as a decider would have made it: what was told in clear text is a pending handle. */
export const withHandles = (
  declared: ReadonlyMap<string, EventFacts>,
  event: DomainEvent,
): DomainEvent => {
  const fields = declared.get(event.type)?.fields;
  if (!fields) throw new TypeError(`${event.type} is no event of what is tested here.`);
  const data = Object.entries(event.data as object).map(([name, value]: [string, unknown]) => {
    const field = fields[name];
    const hidden = field && isPersonal(field) && value !== undefined && !(value instanceof Sealed);
    return [name, hidden ? pending(value) : value];
  });
  return { type: event.type, data: Object.fromEntries(data) as unknown };
};

/** A document or an event's data as a test writes it: clear text in place of handles. */
export type Clear<T> =
  T extends Sealed<infer Value>
    ? Value | Erased
    : T extends readonly (infer Item)[]
      ? readonly Clear<Item>[]
      : T extends string | number | boolean | null | undefined
        ? T
        : { readonly [K in keyof T]: Clear<T[K]> };

/** Opens every handle in a value; `erased` stands where the key is gone. */
export const inClear = (vault: MemoryVault, value: unknown): unknown => {
  if (value instanceof Sealed) {
    const content = Sealed.contentOf(value);
    switch (content.kind) {
      case 'pending':
        return content.value;
      case 'stored': {
        const [values] = vault.openNow([content.blob]);
        return values === undefined || values === erased ? erased : values[content.field];
      }
      case 'joined': {
        const parts = content.parts.map((part) => inClear(vault, part));
        return parts.includes(erased) ? erased : parts.join(content.separator);
      }
    }
  }
  if (Array.isArray(value)) return value.map((item) => inClear(vault, item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, inClear(vault, inner)]),
    );
  return value;
};
