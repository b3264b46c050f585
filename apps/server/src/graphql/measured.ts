import { Kind, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { measure, type Measure } from './measure.ts';
import { LARGEST_PAGE } from './paging.ts';

/** What is known of one operation of a document that was parsed once and came again. */
interface Known {
  /** The variables that say how many rows are wanted: nothing else of a request changes its measure. */
  readonly rows: readonly string[];
  readonly measures: Map<string, Measure>;
}

/** Numbers of rows that are remembered for one operation: programs send few. */
const MOST = 200;

const isPageSize = (rows: unknown): rows is number =>
  typeof rows === 'number' && Number.isInteger(rows) && rows >= 1 && rows <= LARGEST_PAGE;

/** What some variables ask for, as a name for it; undefined for what no program sends twice. */
const rowsAsked = (
  names: readonly string[],
  variables: Readonly<Record<string, unknown>>,
): string | undefined => {
  let asked = '';
  for (const name of names) {
    const rows = variables[name];
    if (rows === undefined || rows === null) asked += '- ';
    else if (isPageSize(rows)) asked += `${rows} `;
    else return undefined;
  }
  return asked;
};

/**
 * Measures operations of one schema, each of a kept document once for each number of rows that its
 * variables ask for. What is known is forgotten with its document.
 */
export class Measures {
  readonly #known = new WeakMap<OperationDefinitionNode, Known>();

  of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): Measure {
    const known = this.#known.get(operation);
    const asked = known && rowsAsked(known.rows, variables);
    const before = asked === undefined ? undefined : known?.measures.get(asked);
    if (before) return before;
    const fragments = document.definitions.filter(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION,
    );
    const names = new Set<string>();
    const measured = measure(schema, operation, fragments, variables, names);
    const { rows, measures } = known ?? { rows: [...names], measures: new Map() };
    if (!known) this.#known.set(operation, { rows, measures });
    const key = asked ?? rowsAsked(rows, variables);
    if (key !== undefined && measures.size < MOST) measures.set(key, measured);
    return measured;
  }
}
