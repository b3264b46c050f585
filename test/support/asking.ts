import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { Refusal, Variables } from './client.ts';

/** Values by the name of an argument or of a field of an input; the same name means the same thing. */
export type Given = Readonly<Record<string, unknown>>;

const valueOf = (name: string, type: GraphQLInputType, given: Given): unknown => {
  if (isNonNullType(type)) return valueOf(name, type.ofType, given);
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isRequiredInputField(field) || field.name in given)
        .map((field) => [field.name, valueOf(field.name, field.type, given)]),
    );
  if (name in given) return given[name];
  throw new Error(`What is ${name}? A new input needs a value in this test.`);
};

/** All that can be selected of a type, each object within itself left out. */
const selectionOf = (type: GraphQLOutputType, above: readonly string[] = []): string => {
  const named = getNamedType(type);
  if (!isObjectType(named)) return '';
  const fields = Object.values(named.getFields()).flatMap((field) => {
    const inner = getNamedType(field.type);
    if (isCompositeType(inner) && above.includes(inner.name)) return [];
    return [`${field.name} ${selectionOf(field.type, [...above, named.name])}`.trim()];
  });
  return `{ ${fields.join(' ')} }`;
};

const rootsOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    type ? [type] : [],
  );

/** Every query and mutation of a schema. */
export const rootFields = (
  schema: GraphQLSchema,
): readonly { readonly root: string; readonly field: GraphQLField<unknown, unknown> }[] =>
  rootsOf(schema).flatMap((root) =>
    Object.values(root.getFields()).map((field) => ({ root: root.name.toLowerCase(), field })),
  );

/** The names of what an operation can be told. */
export const inputsOf = (field: GraphQLField<unknown, unknown>): readonly string[] =>
  field.args.flatMap(({ name, type }) => {
    const named = getNamedType(type);
    return isInputObjectType(named) && !isListType(type) ? Object.keys(named.getFields()) : [name];
  });

/** Asks one operation for all that it can give, told whatever of its inputs is given. */
export const asking = (
  schema: GraphQLSchema,
  name: string,
  given: Given,
): { readonly query: string; readonly variables: Variables } => {
  const found = rootFields(schema).find(({ field }) => field.name === name);
  if (!found) throw new Error(`There is no operation ${name}.`);
  const { root, field } = found;
  const told = field.args.filter((arg) => isRequiredArgument(arg) || arg.name in given);
  const list = (each: (arg: (typeof told)[number]) => string): string =>
    told.length > 0 ? `(${told.map(each).join(', ')})` : '';
  return {
    query: `${root} Ask${list((arg) => `$${arg.name}: ${String(arg.type)}`)} { ${name}${list(({ name: arg }) => `${arg}: $${arg}`)} ${selectionOf(field.type)} }`,
    variables: Object.fromEntries(
      told.map((arg) => [arg.name, valueOf(arg.name, arg.type, given)]),
    ),
  };
};

/** One field of an answer: what was there, or that it was refused. */
export interface Seen {
  /** `Type.field` */
  readonly field: string;
  readonly beside: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  readonly refused: string | undefined;
}

/** Every field of every object in an answer, with the refusal that stands at its place. */
export const fieldsIn = (
  schema: GraphQLSchema,
  data: Readonly<Record<string, unknown>>,
  errors: readonly Refusal[],
): readonly Seen[] => {
  const refusals = new Map(
    errors.map(({ path = [], extensions: { code } }) => [path.join('.'), code]),
  );
  const inside = (type: GraphQLOutputType, value: unknown, path: string): readonly Seen[] => {
    if (Array.isArray(value))
      return value.flatMap((item, index) => inside(type, item, `${path}.${index}`));
    const named = getNamedType(type);
    if (!isObjectType(named) || typeof value !== 'object' || value === null) return [];
    const beside = value as Readonly<Record<string, unknown>>;
    return Object.entries(beside).flatMap(([name, inner]) => {
      const field = named.getFields()[name];
      const at = `${path}.${name}`;
      return field
        ? [
            { field: `${named.name}.${name}`, beside, value: inner, refused: refusals.get(at) },
            ...inside(field.type, inner, at),
          ]
        : [];
    });
  };
  return rootFields(schema).flatMap(({ field }) =>
    field.name in data ? inside(field.type, data[field.name], field.name) : [],
  );
};

/** Every field of every object type of a schema, but for the operations. */
export const objectFields = (schema: GraphQLSchema): readonly string[] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !rootsOf(schema).includes(type) && !type.name.startsWith('__'))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
