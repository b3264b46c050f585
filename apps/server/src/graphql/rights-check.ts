import { isObjectType, type GraphQLSchema } from 'graphql';
import {
  anonymousOperations,
  fieldRights,
  operationRights,
  type FieldRights,
  type OperationRight,
} from './rights.ts';

/** The table of rights as a whole. */
export interface Rights {
  readonly operations: Readonly<Record<string, OperationRight>>;
  readonly fields: FieldRights;
}

/** What stands in one and not in the other. */
const unmatched = (
  what: string,
  inSchema: readonly string[],
  inTable: readonly string[],
): readonly string[] => [
  ...inSchema
    .filter((name) => !inTable.includes(name))
    .map((name) => `${what} ${name} has no row in rights.ts: say who may.`),
  ...inTable
    .filter((name) => !inSchema.includes(name))
    .map((name) => `${what} ${name} has a row in rights.ts and is not in the schema.`),
];

/**
 * Where a schema and the table of rights do not fit: an operation or a field without a row, a row of
 * nothing, an operation outside the closed list that would need no sign-in. Empty where all is well.
 */
export const rightsMistakes = (
  schema: GraphQLSchema,
  { operations, fields }: Rights = { operations: operationRights, fields: fieldRights },
): readonly string[] => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => !roots.includes(type) && !type.name.startsWith('__'));
  const open = Object.keys(operations).filter((name) => operations[name] === 'anyone');
  return [
    ...unmatched(
      'Operation',
      roots.flatMap((root) => Object.keys(root?.getFields() ?? {})),
      Object.keys(operations),
    ),
    ...unmatched(
      'Type',
      types.map(({ name }) => name),
      Object.keys(fields),
    ),
    ...types.flatMap((type) => {
      const rows = fields[type.name];
      const namesIn = (names: object): string[] =>
        Object.keys(names).map((name) => `${type.name}.${name}`);
      return typeof rows === 'object'
        ? unmatched('Field', namesIn(type.getFields()), namesIn(rows))
        : [];
    }),
    ...open
      .filter((name) => !anonymousOperations.includes(name))
      .map((name) => `Operation ${name} would need no sign-in and is not in the closed list.`),
  ];
};

/**
 * Lets through a schema whose every operation and field has its row.
 *
 * @throws TypeError with one sentence for each that has none
 */
export const withRights = (schema: GraphQLSchema): GraphQLSchema => {
  const mistakes = rightsMistakes(schema);
  if (mistakes.length > 0) throw new TypeError(mistakes.join(' '));
  return schema;
};
