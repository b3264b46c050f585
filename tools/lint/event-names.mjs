// An event's name is written once, as the key of its declaration. This collects the declared names
// and refuses them as strings anywhere else: a renamed event must not leave a dead string behind.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Contract suites are specs that several adapters share. */
const SPECS = ['**/*.spec.ts', '**/*.contract.ts', '**/contract.ts'];

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(file);
    return entry.name.endsWith('.events.ts') ? [file] : [];
  });
}

/** The keys of the first argument of every `defineEvents({ … })` in a source text. */
export function namesDeclaredIn(text) {
  const names = [];
  const visit = (node) => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'defineEvents' &&
      node.arguments[0] !== undefined &&
      ts.isObjectLiteralExpression(node.arguments[0])
    )
      for (const property of node.arguments[0].properties)
        if (property.name !== undefined && !ts.isComputedPropertyName(property.name))
          names.push(property.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.events.ts', text, ts.ScriptTarget.Latest));
  return names;
}

/** The names of all events declared in the `*.events.ts` files below a folder, sorted. */
export function declaredNames(folder) {
  const names = filesBelow(folder).flatMap((file) => namesDeclaredIn(readFileSync(file, 'utf8')));
  return [...new Set(names)].sort();
}

const rule = {
  meta: {
    type: 'problem',
    schema: [{ type: 'array', items: { type: 'string' } }],
    messages: {
      string: '"{{ name }}" is an event: use its constructor (or its `.type`), not a string.',
    },
  },
  create(context) {
    const names = new Set(context.options[0]);
    const check = (node, value) => {
      if (names.has(value)) context.report({ node, messageId: 'string', data: { name: value } });
    };
    return {
      Literal: (node) => {
        // An import's source is no name, and a quoted key is one that the compiler checks.
        const isKey = node.parent.type === 'Property' && node.parent.key === node;
        if (typeof node.value === 'string' && !isKey) check(node, node.value);
      },
      TemplateLiteral: (node) => {
        if (node.quasis.length === 1) check(node, node.quasis[0].value.cooked);
      },
    };
  },
};

/** ESLint configuration: no event's name in a string, but in declarations, specs and stored events. */
export const eventNamesOnce = (root) => ({
  name: 'vivier/event-names',
  files: ['{apps,libs}/*/**/*.ts', '{projections,sagas,test}/**/*.ts'],
  ignores: ['**/*.events.ts', ...SPECS, 'test/golden/**'],
  plugins: { vivier: { rules: { 'event-names-once': rule } } },
  rules: {
    'vivier/event-names-once': ['error', declaredNames(path.join(root, 'libs', 'domain', 'src'))],
  },
});
