import { conjuncts, type Condition } from './filter.ts';
import { compareText } from './text-order.ts';

const least = (values: readonly (string | number)[], sign: 1 | -1): string | number =>
  values.reduce((a, b) => {
    const difference = typeof a === 'string' ? compareText(a, b as string) : a - (b as number);
    return difference * sign <= 0 ? a : b;
  });

/**
 * What all branches of an alternative have in common: bounds on the given paths. They change no answer,
 * but let an index start a page where the last one ended (`a > x, or a = x and _id > y`) instead of
 * walking to it.
 */
export const impliedBounds = (condition: Condition, paths: Iterable<string>): Condition[] => {
  if (condition.kind !== 'any') return [];
  const branches = condition.of.map(conjuncts);
  const bounds: Condition[] = [];
  for (const path of paths)
    for (const side of ['$gt', '$lt'] as const) {
      const operands = branches.map((branch) => {
        const found = branch.find(
          (one) =>
            one.kind === 'compare' &&
            one.path === path &&
            (one.operator === '$eq' || one.operator.startsWith(side)),
        );
        return found?.kind === 'compare' ? found.operand : undefined;
      });
      const texts = operands.filter((one) => typeof one === 'string');
      const numbers = operands.filter((one) => typeof one === 'number');
      if (texts.length < branches.length && numbers.length < branches.length) continue;
      const operand = least(texts.length > 0 ? texts : numbers, side === '$gt' ? 1 : -1);
      bounds.push({ kind: 'compare', path, operator: `${side}e`, operand });
    }
  return bounds;
};
