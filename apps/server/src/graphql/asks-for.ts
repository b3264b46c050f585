import { Kind, type GraphQLResolveInfo, type SelectionSetNode } from 'graphql';

/**
 * Whether an operation asks for a field somewhere below the one that is being resolved, whatever its
 * fragments and aliases: `['edges', 'node', 'candidate']`. Where `@skip` or `@include` stands on the way
 * the answer is no, since who asks wants to know what is needed for sure.
 */
export const asksFor = (
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  path: readonly string[],
): boolean => {
  // A fragment that is spread again, at the same place, has been looked at.
  const seen = new Set<string>();
  const within = (set: SelectionSetNode | undefined, depth: number): boolean =>
    set !== undefined &&
    set.selections.some((node) => {
      if (node.directives && node.directives.length > 0) return false;
      switch (node.kind) {
        case Kind.FIELD:
          if (node.name.value !== path[depth]) return false;
          return depth === path.length - 1 || within(node.selectionSet, depth + 1);
        case Kind.INLINE_FRAGMENT:
          return within(node.selectionSet, depth);
        case Kind.FRAGMENT_SPREAD: {
          const name = node.name.value;
          if (seen.has(`${depth} ${name}`)) return false;
          seen.add(`${depth} ${name}`);
          return within(fragments[name]?.selectionSet, depth);
        }
      }
    });
  return fieldNodes.some(({ selectionSet }) => within(selectionSet, 0));
};
