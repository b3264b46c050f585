import { isPersonal, type Rejection, type Shape } from '@vivier/kernel';
import { pending } from '@vivier/kernel/sealing';
import { commandRejections } from './rejections.ts';

/** A command's input as a decider may see it: facts plain, personal values in pending handles. */
export interface Checked {
  readonly input: Readonly<Record<string, unknown>>;
  /** The same input, normalised, as one canonical text: what a digest is taken over. */
  readonly canonical: string;
}

/**
 * Checks input against the schemas of its fields and hides what is personal. All wrong fields are
 * named at once, and no value that was sent is repeated.
 */
export const checkInput = (shape: Shape, raw: unknown): Checked | Rejection => {
  const given = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const fields: Record<string, string> = {};
  const plain: Record<string, unknown> = {};
  const input: Record<string, unknown> = {};
  for (const name of Object.keys(given))
    if (!(name in shape) && given[name] !== undefined)
      fields[name] = 'is not a field of this input';
  for (const [name, field] of Object.entries(shape)) {
    const result = (isPersonal(field) ? field.schema : field).safeParse(given[name]);
    if (!result.success) {
      fields[name] = isPersonal(field)
        ? 'is missing or not acceptable'
        : result.error.issues.map(({ path, code }) => [...path, code].join(' ')).join(', ');
      continue;
    }
    if (result.data === undefined) continue;
    plain[name] = result.data;
    input[name] = isPersonal(field) ? pending(result.data) : result.data;
  }
  if (Object.keys(fields).length > 0) return commandRejections.InvalidInput({ fields });
  const canonical = JSON.stringify(Object.entries(plain).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { input, canonical };
};
