import { isPersonal, type Rejection, type Shape } from '@vivier/kernel';
import { pending } from '@vivier/kernel/sealing';
import { commandRejections } from './rejections.ts';

/** A command's input as a decider may see it: facts plain, personal values in pending handles. */
export interface Checked {
  readonly input: Readonly<Record<string, unknown>>;
  /** The same input, normalised, as one canonical text: what a digest is taken over. */
  readonly canonical: string;
}

type Entries = readonly (readonly [name: string, field: Shape[string]])[];

const entries = new WeakMap<Shape, Entries>();

/** The fields in the order of their names, in which a digest is taken over them. */
const entriesOf = (shape: Shape): Entries => {
  const known = entries.get(shape);
  if (known) return known;
  const made = Object.entries(shape).sort(([a], [b]) => (a < b ? -1 : 1));
  entries.set(shape, made);
  return made;
};

/**
 * Checks input against the schemas of its fields and hides what is personal. All wrong fields are
 * named at once, and no value that was sent is repeated.
 */
export const checkInput = (shape: Shape, raw: unknown): Checked | Rejection => {
  const given = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  let wrong: Record<string, string> | undefined;
  const plain: [name: string, value: unknown][] = [];
  const input: Record<string, unknown> = {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(shape, name) && given[name] !== undefined)
      (wrong ??= {})[name] = 'is not a field of this input';
  for (const [name, field] of entriesOf(shape)) {
    const hidden = isPersonal(field);
    const result = (hidden ? field.schema : field).safeParse(given[name]);
    if (!result.success) {
      (wrong ??= {})[name] = hidden
        ? 'is missing or not acceptable'
        : result.error.issues.map(({ path, code }) => [...path, code].join(' ')).join(', ');
      continue;
    }
    if (result.data === undefined) continue;
    plain.push([name, result.data]);
    input[name] = hidden ? pending(result.data) : result.data;
  }
  if (wrong) return commandRejections.InvalidInput({ fields: wrong });
  return { input, canonical: JSON.stringify(plain) };
};
