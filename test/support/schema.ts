import {
  buildClientSchema,
  getIntrospectionQuery,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
  lexicographicSortSchema,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationTypeNode,
  type IntrospectionQuery,
} from 'graphql';
import type { Client } from './client.ts';

/** The schema as a server tells it. */
export const schemaOf = async (client: Client): Promise<GraphQLSchema> =>
  lexicographicSortSchema(
    buildClientSchema(await client.ask<IntrospectionQuery>(getIntrospectionQuery())),
  );

/** Values that pass every rule, by the name of the field; elsewhere the type decides. */
const acceptable: Readonly<Record<string, string>> = {
  email: 'somebody@example.org',
  legalBasis: 'consent',
};

const sampleOf = (
  name: string,
  type: GraphQLInputType,
  given: Readonly<Record<string, string>>,
): unknown => {
  if (isNonNullType(type)) return sampleOf(name, type.ofType, given);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter(isRequiredInputField)
        .map((field) => [field.name, sampleOf(field.name, field.type, given)]),
    );
  if (isScalarType(type) && type.name === 'Int') return 1;
  if (isScalarType(type) && type.name === 'Boolean') return true;
  if (type.name === 'ID') return '00000000-0000-4000-8000-000000000000';
  return given[name] ?? acceptable[name] ?? 'x';
};

export interface Operation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Every operation of the schema with as little input as it takes, about nothing that exists. */
export const operationsOf = (
  schema: GraphQLSchema,
  given: Readonly<Record<string, string>> = {},
): readonly Operation[] =>
  (['query', 'mutation', 'subscription'] as const).flatMap((kind) => {
    const type = schema.getRootType(kind as OperationTypeNode);
    return Object.values(type?.getFields() ?? {}).map(({ name, args, type: answer }) => {
      const needed = args.filter(isRequiredArgument);
      const declared = needed.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
      const passed = needed.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
      const variables = Object.fromEntries(
        needed.map((arg) => [arg.name, sampleOf(arg.name, arg.type, given)]),
      );
      const selection = isCompositeType(getNamedType(answer)) ? ' { __typename }' : '';
      const query =
        needed.length > 0
          ? `${kind} Op(${declared}) { ${name}(${passed})${selection} }`
          : `${kind} Op { ${name}${selection} }`;
      return { name, query, variables };
    });
  });
