import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** One environment variable, declared once: what it means, what it may be, what it is when left out. */
export interface Variable<Schema extends z.ZodType = z.ZodType> {
  /** From the text to the value; its default is the variable's. */
  readonly schema: Schema;
  /** Ends the sentence of a mistake after the name: `must be a number …`. */
  readonly rule: string;
  /** What it sets, for the README; without it the variable is not listed. */
  readonly meaning?: string;
  /** The default as the README shows it, where it depends on other variables. */
  readonly shownDefault?: string;
  /** May also be given as `<NAME>_FILE`, the path of a file that holds it. */
  readonly secret?: true;
}

export type Variables = Readonly<Record<string, Variable>>;

export type ValuesOf<Declared extends Variables> = {
  readonly [Name in keyof Declared]: z.output<Declared[Name]['schema']>;
};

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ReadVariables<Declared extends Variables> {
  /** Only to be used where there are no mistakes. */
  readonly values: ValuesOf<Declared>;
  /** A sentence each, without the value that was given. */
  readonly mistakes: readonly string[];
  readonly warnings: readonly string[];
}

/** Variables of the program's own prefix are checked for misspelling; others belong to the system. */
const OWN = /^VIVIER_/;

const fileNameOf = (name: string): string => `${name}_FILE`;

/**
 * Reads all declared variables and finds every mistake at once. A variable that is set to nothing counts
 * as left out.
 *
 * @param readSecret reads the file of a secret; default: as text, without the line's end
 */
export const readVariables = <const Declared extends Variables>(
  declared: Declared,
  environment: Environment,
  readSecret: (file: string) => string = (file) => readFileSync(file, 'utf8').replace(/\r?\n$/, ''),
): ReadVariables<Declared> => {
  const mistakes: string[] = [];
  const given = (name: string): string | undefined => environment[name] || undefined;

  const textOf = (name: string, { secret }: Variable): string | undefined => {
    const text = given(name);
    const file = secret && given(fileNameOf(name));
    if (file === undefined) return text;
    if (text !== undefined) {
      mistakes.push(`${name} and ${fileNameOf(name)} are both set: leave one of them out.`);
      return text;
    }
    try {
      return readSecret(file);
    } catch {
      mistakes.push(
        `${fileNameOf(name)} names a file that cannot be read: correct the path or its permissions.`,
      );
      return undefined;
    }
  };

  const values = Object.fromEntries(
    Object.entries(declared).map(([name, variable]) => {
      const before = mistakes.length;
      const result = variable.schema.safeParse(textOf(name, variable));
      // One mistake a variable: what cannot be read is not also wrong.
      if (!result.success && mistakes.length === before) mistakes.push(`${name} ${variable.rule}.`);
      return [name, result.data];
    }),
  ) as ValuesOf<Declared>;

  const known = new Set(
    Object.entries(declared).flatMap(([name, { secret }]) =>
      secret ? [name, fileNameOf(name)] : [name],
    ),
  );
  const warnings = Object.keys(environment)
    .filter((name) => OWN.test(name) && !known.has(name))
    .sort()
    .map((name) => `${name} is not a setting of this program and has no effect: is it misspelt?`);
  return { values, mistakes, warnings };
};

const defaultOf = ({ schema, shownDefault }: Variable): string => {
  if (shownDefault !== undefined) return `\`${shownDefault}\``;
  const { success, data } = schema.safeParse(undefined);
  if (!success) return 'none: it must be set';
  return typeof data === 'string' || typeof data === 'number' ? `\`${data}\`` : 'none';
};

/** The table of the README, in Markdown. */
export const variablesTable = (declared: Variables): string =>
  [
    '| variable | default | what it sets |',
    '| --- | --- | --- |',
    ...Object.entries(declared).flatMap(([name, variable]) => {
      const { meaning, secret } = variable;
      if (meaning === undefined) return [];
      const names = secret ? `\`${name}\` or \`${fileNameOf(name)}\`` : `\`${name}\``;
      return [`| ${names} | ${defaultOf(variable)} | ${meaning} |`];
    }),
  ].join('\n');
