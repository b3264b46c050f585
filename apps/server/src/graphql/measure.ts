import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  isInterfaceType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { LARGEST_PAGE } from './paging.ts';

/** How large the answer to an operation can become, before anything is looked up. */
export interface Measure {
  /** Fields of the query or mutation itself; of these, questions about the schema. */
  readonly roots: number;
  readonly schemaRoots: number;
  /** Fields within fields; what is asked about the schema is nested deeper and has its own. */
  readonly depth: number;
  readonly schemaDepth: number;
  readonly aliases: number;
  readonly directives: number;
  /** 2 for an object, 1 for a value, times what a field inside costs more and how many rows come. */
  readonly cost: number;
}

/** Another field within a field costs half as much again. */
const DEEPER = 1.5;
/** Lists without pages are short: items of a checklist, versions of a document. */
const SHORT_LIST = 2;
/** Nobody renames what they ask the schema for, but to ask for all of it many times. */
const SCHEMA_ALIAS = 16;

const nothing: Measure = {
  roots: 0,
  schemaRoots: 0,
  depth: 0,
  schemaDepth: 0,
  aliases: 0,
  directives: 0,
  cost: 0,
};
const both = (one: Measure, other: Measure): Measure => ({
  roots: one.roots + other.roots,
  schemaRoots: one.schemaRoots + other.schemaRoots,
  depth: Math.max(one.depth, other.depth),
  schemaDepth: Math.max(one.schemaDepth, other.schemaDepth),
  aliases: one.aliases + other.aliases,
  directives: one.directives + other.directives,
  cost: one.cost + other.cost,
});

/**
 * Measures a valid operation. A fragment counts wherever it is spread, and is measured once: a document
 * of `n` tokens takes `n` steps, also when it unfolds into millions of fields.
 *
 * `variables` are as sent: they may be of any type, the engine looks at them later. `rowsVariables` is
 * told the names of those that say how many rows are wanted: no other one changes the measure.
 */
export const measure = (
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
  rowsVariables = new Set<string>(),
): Measure => {
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  const known = new Map<string, Measure>();

  const rowsOf = (node: FieldNode, field: GraphQLField<unknown, unknown>): number => {
    const first = field.args.find(({ name }) => name === 'first');
    if (!first) return isListType(getNullableType(field.type)) ? SHORT_LIST : 1;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    let rows: unknown = first.defaultValue;
    if (given?.kind === Kind.INT) rows = Number(given.value);
    if (given?.kind === Kind.VARIABLE) {
      rowsVariables.add(given.name.value);
      const definition = operation.variableDefinitions?.find(
        ({ variable }) => variable.name.value === given.name.value,
      );
      const fallback =
        definition?.defaultValue?.kind === Kind.INT ? Number(definition.defaultValue.value) : rows;
      rows = variables[given.name.value] ?? fallback;
    }
    // More than the largest page is refused elsewhere, as is what is no number.
    return typeof rows === 'number' && rows >= 1 ? Math.min(rows, LARGEST_PAGE) : LARGEST_PAGE;
  };

  const fieldOf = (parent: GraphQLNamedType, name: string) => {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  };

  const ofField = (node: FieldNode, parent: GraphQLNamedType): Measure => {
    const field = fieldOf(parent, node.name.value);
    const own: Measure = {
      ...nothing,
      roots: 1,
      depth: 1,
      aliases: node.alias ? (parent.name.startsWith('__') ? SCHEMA_ALIAS : 1) : 0,
      directives: node.directives?.length ?? 0,
      cost: complexityOf(field) ?? (node.selectionSet ? 2 : 1),
    };
    if (!field || !node.selectionSet) return own;
    const type = getNamedType(field.type);
    const inside = ofSelection(node.selectionSet, type);
    const isAboutSchema = type.name.startsWith('__');
    // `edges`, `node` and `pageInfo` are how a list is written; its rows are counted where it begins.
    const isWrapping = /(Connection|Edge)$/.test(parent.name);
    const times = rowsOf(node, field) * (isAboutSchema ? 1 : DEEPER);
    const nested = Math.max(inside.depth, inside.schemaDepth) + 1;
    return {
      roots: 1,
      schemaRoots: isAboutSchema ? 1 : 0,
      depth: isAboutSchema ? 0 : nested,
      schemaDepth: isAboutSchema ? nested : 0,
      aliases: own.aliases + inside.aliases,
      directives: own.directives + inside.directives,
      cost: isWrapping ? inside.cost : own.cost + times * inside.cost,
    };
  };

  const ofFragment = (name: string): Measure => {
    const before = known.get(name);
    if (before) return before;
    // Of a ring, which is no valid document, nothing is measured twice.
    known.set(name, nothing);
    const fragment = byName.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const found = fragment && type ? ofSelection(fragment.selectionSet, type) : nothing;
    known.set(name, found);
    return found;
  };

  const ofSelection = (set: SelectionSetNode, parent: GraphQLNamedType): Measure => {
    let sum = nothing;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        sum = both(sum, ofField(node, parent));
        continue;
      }
      sum = both(sum, { ...nothing, directives: node.directives?.length ?? 0 });
      if (node.kind === Kind.FRAGMENT_SPREAD) sum = both(sum, ofFragment(node.name.value));
      else {
        const type = node.typeCondition && schema.getType(node.typeCondition.name.value);
        sum = both(sum, ofSelection(node.selectionSet, isCompositeType(type) ? type : parent));
      }
    }
    return sum;
  };

  const root = schema.getRootType(operation.operation);
  const own = { ...nothing, directives: operation.directives?.length ?? 0 };
  return root ? both(own, ofSelection(operation.selectionSet, root)) : own;
};

/** What a field is declared to cost, where it does more than look something up. */
const complexityOf = (field: GraphQLField<unknown, unknown> | undefined): number | undefined => {
  const declared = field?.extensions['complexity'];
  return typeof declared === 'number' ? declared : undefined;
};
