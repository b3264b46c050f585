import { fileURLToPath } from 'node:url';
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';
import { determinism } from './tools/lint/determinism.mjs';
import { eventNamesOnce } from './tools/lint/event-names.mjs';
import { mayImport } from './tools/lint/may-import.mjs';
import { restrictedNames } from './tools/lint/restricted-names.mjs';

const root = fileURLToPath(new URL('.', import.meta.url)).replace(/[\\/]$/, '');
/** What Node gives plain JavaScript; the compiler knows it for TypeScript. */
const node = Object.fromEntries(
  'process console Buffer URL crypto performance fetch structuredClone TextEncoder TextDecoder AbortController setTimeout clearTimeout setInterval clearInterval setImmediate'
    .split(' ')
    .map((name) => [name, 'readonly']),
);

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '**/coverage/', '.nx/', 'data/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  { files: ['**/*.mjs'], languageOptions: { globals: node } },
  {
    name: 'vivier/types',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['tsconfig.check.json'], tsconfigRootDir: root },
    },
    rules: {
      // A missed case is a lost event.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // The formatter breaks long chains there, on purpose.
      'no-unexpected-multiline': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      // A union may name its members although one of them covers the others: it says what is meant.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      // An adapter keeps its port's promise without always having something to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    name: 'vivier/specs',
    files: ['**/*.spec.ts', '**/*.contract.ts', '**/contract.ts', 'test/**/*.ts'],
    rules: {
      // expect(store.append).… names a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // File formats are told by such bytes.
  { files: ['libs/files/**/*.ts'], rules: { 'no-control-regex': 'off' } },
  // The command line speaks on standard output.
  { files: ['apps/cli/**/*.ts', 'test/bench/**/*.ts'], rules: { 'no-console': 'off' } },
  mayImport(boundaries, root),
  ...restrictedNames,
  ...determinism,
  eventNamesOnce(root),
);
