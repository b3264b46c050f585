/** A source text that a rule must refuse, and its clean twin that every rule lets pass. */
export interface Sample {
  /** What the rule is for, as a sentence. */
  readonly says: string;
  /** Where the text would stand. */
  readonly file: string;
  /** Where the clean twin stands, when the place is what makes it clean. */
  readonly cleanFile?: string;
  readonly rule: string;
  readonly poisoned: string;
  readonly clean: string;
}

const IMPORTS = 'boundaries/dependencies';
const NAMES = '@typescript-eslint/no-restricted-imports';
const PROPERTIES = 'no-restricted-properties';
const SYNTAX = 'no-restricted-syntax';

const use = (from: string): string => `export * as sample from '${from}';\n`;

const imports: readonly Sample[] = [
  {
    says: 'A projection sees the events of the domain, not its rules.',
    file: 'projections/sample/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/domain'),
    clean: use('@vivier/domain/events'),
  },
  {
    says: 'A projection does not reach the rules by a path either.',
    file: 'projections/sample/sample.ts',
    rule: IMPORTS,
    poisoned: use('../../libs/domain/src/index.ts'),
    clean: use('@vivier/kernel'),
  },
  {
    says: 'A saga names the types of the domain and nothing more of its rules.',
    file: 'sagas/sample/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/domain'),
    clean: `import type * as it from '@vivier/domain';\nexport type Sample = keyof typeof it;\n`,
  },
  {
    says: 'A saga does not import a projection.',
    file: 'sagas/sample/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/projections'),
    clean: use('@vivier/kernel'),
  },
  {
    says: 'A dynamic import is held to the same table.',
    file: 'sagas/sample/sample.ts',
    rule: IMPORTS,
    poisoned: `export const sample = () => import('@vivier/projections');\n`,
    clean: `export const sample = () => import('@vivier/kernel');\n`,
  },
  {
    says: 'A type named through import() is held to the same table.',
    file: 'projections/sample/sample.ts',
    rule: IMPORTS,
    poisoned: `export type Sample = typeof import('@vivier/read-store');\n`,
    clean: `export type Sample = typeof import('@vivier/kernel');\n`,
  },
  {
    says: 'A re-export is held to the same table.',
    file: 'libs/kernel/src/sample.ts',
    rule: IMPORTS,
    poisoned: `export * from '@vivier/event-store';\n`,
    clean: `export * from './ids.ts';\n`,
  },
  {
    says: 'Zod in the domain belongs to the declarations of events.',
    file: 'libs/domain/src/sample/sample.ts',
    cleanFile: 'libs/domain/src/sample/sample.events.ts',
    rule: IMPORTS,
    poisoned: use('zod'),
    clean: use('zod'),
  },
  {
    says: 'The domain does no cryptography.',
    file: 'libs/domain/src/sample/sample.ts',
    cleanFile: 'libs/vault/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('node:crypto'),
    clean: use('node:crypto'),
  },
  {
    says: 'NestJS stays in the applications.',
    file: 'libs/runtime/src/sample.ts',
    cleanFile: 'apps/server/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@nestjs/common'),
    clean: use('@nestjs/common'),
  },
  {
    says: 'GraphQL stays in the applications.',
    file: 'libs/read-store/src/sample.ts',
    cleanFile: 'apps/server/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('graphql'),
    clean: use('graphql'),
  },
  {
    says: 'The EventStoreDB client stays behind the port of libs/event-store.',
    file: 'libs/runtime/src/sample.ts',
    cleanFile: 'libs/event-store/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@eventstore/db-client'),
    clean: use('@eventstore/db-client'),
  },
  {
    says: 'The MongoDB driver stays behind the ports of the stores.',
    file: 'apps/server/src/sample.ts',
    cleanFile: 'libs/read-store/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('mongodb'),
    clean: use('mongodb'),
  },
  {
    says: 'Only an embedded adapter opens node:sqlite.',
    file: 'libs/event-store/src/sample.ts',
    cleanFile: 'libs/event-store/src/embedded/sample.ts',
    rule: IMPORTS,
    poisoned: use('node:sqlite'),
    clean: use('node:sqlite'),
  },
  {
    says: 'An application opens a MongoDB, and leaves what is done with it to the stores.',
    file: 'apps/server/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/mongodb/driver'),
    clean: use('@vivier/mongodb'),
  },
  {
    says: 'An application leaves storage to the libraries.',
    file: 'apps/server/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('node:sqlite'),
    clean: use('@vivier/event-store'),
  },
  {
    says: 'A library does not import an application.',
    file: 'libs/testing/src/sample.ts',
    cleanFile: 'apps/cli/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/server'),
    clean: use('@vivier/server'),
  },
  {
    says: 'The server does not import the command line.',
    file: 'apps/server/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('../../cli/src/index.ts'),
    clean: use('@vivier/runtime'),
  },
  {
    says: 'The domain cannot look into sealed values.',
    file: 'libs/domain/src/sample/sample.ts',
    cleanFile: 'libs/runtime/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/kernel/sealing'),
    clean: use('@vivier/kernel/sealing'),
  },
  {
    says: 'The keeper of accounts cannot look into sealed values.',
    file: 'libs/identity/src/sample.ts',
    cleanFile: 'libs/vault/src/sample.ts',
    rule: IMPORTS,
    poisoned: use('@vivier/kernel/sealing'),
    clean: use('@vivier/kernel/sealing'),
  },
  {
    says: 'A file that no row of the table covers is refused.',
    file: 'libs/nobody/src/sample.ts',
    cleanFile: 'libs/kernel/src/sample.ts',
    rule: 'boundaries/no-unknown-files',
    poisoned: `export const sample = 1;\n`,
    clean: `export const sample = 1;\n`,
  },
  {
    says: 'A library beside the vaults only hashes.',
    file: 'libs/runtime/src/sample.ts',
    rule: NAMES,
    poisoned: `import { randomBytes } from 'node:crypto';\nexport const sample = randomBytes;\n`,
    clean: `import { createHash } from 'node:crypto';\nexport const sample = createHash;\n`,
  },
  {
    says: 'What must survive a crash does not go through the in-memory parts of @nestjs/cqrs.',
    file: 'apps/server/src/sample.ts',
    rule: NAMES,
    poisoned: `import { EventBus } from '@nestjs/cqrs';\nexport const sample = EventBus;\n`,
    clean: `import { CommandBus } from '@nestjs/cqrs';\nexport const sample = CommandBus;\n`,
  },
  {
    says: 'Class-validator belongs to the inputs of the API.',
    file: 'apps/cli/src/sample.ts',
    cleanFile: 'apps/server/src/sample.ts',
    rule: NAMES,
    poisoned: use('class-validator'),
    clean: use('class-validator'),
  },
  {
    says: 'The directory of names is never on disk.',
    file: 'libs/directory/src/sample.ts',
    rule: SYNTAX,
    poisoned: `import { DatabaseSync } from 'node:sqlite';\nexport const sample = new DatabaseSync('names.db');\n`,
    clean: `import { DatabaseSync } from 'node:sqlite';\nexport const sample = new DatabaseSync(':memory:');\n`,
  },
];

const pure = (rule: string, expression: string): Sample => ({
  says: `A rule of the domain does not evaluate ${expression}.`,
  file: 'libs/domain/src/sample/sample.ts',
  cleanFile: 'libs/read-store/src/sample.ts',
  rule,
  poisoned: `export const sample = (): unknown => ${expression};\n`,
  clean: `export const sample = (): unknown => ${expression};\n`,
});

const determinism: readonly Sample[] = [
  pure(PROPERTIES, 'Date.now()'),
  pure(PROPERTIES, 'Math.random()'),
  pure(PROPERTIES, 'crypto.randomUUID()'),
  pure(PROPERTIES, 'performance.now()'),
  pure(PROPERTIES, 'globalThis.crypto'),
  pure(SYNTAX, 'new Date()'),
  pure('no-restricted-globals', 'setTimeout(() => undefined, 1)'),
  ...['libs/kernel/src/sample.ts', 'projections/sample/sample.ts', 'sagas/sample/sample.ts'].map(
    (file) => ({ ...pure(PROPERTIES, 'Date.now()'), says: `No clock is read in ${file}.`, file }),
  ),
  {
    says: 'A date that is given is no clock.',
    file: 'sagas/sample/sample.ts',
    rule: SYNTAX,
    poisoned: `export const sample = (): Date => new Date();\n`,
    clean: `export const sample = (at: string): Date => new Date(at);\n`,
  },
  {
    says: 'Only an application reads the environment.',
    file: 'libs/vault/src/sample.ts',
    cleanFile: 'apps/server/src/sample.ts',
    rule: PROPERTIES,
    poisoned: `export const sample = process.env['PORT'];\n`,
    clean: `export const sample = process.env['PORT'];\n`,
  },
  {
    says: 'The environment is not imported by name either.',
    file: 'libs/vault/src/sample.ts',
    cleanFile: 'apps/server/src/sample.ts',
    rule: NAMES,
    poisoned: `import { env } from 'node:process';\nexport const sample = env['PORT'];\n`,
    clean: `import { env } from 'node:process';\nexport const sample = env['PORT'];\n`,
  },
];

const types: readonly Sample[] = [
  {
    says: 'A promise is awaited.',
    file: 'libs/runtime/src/sample.ts',
    rule: '@typescript-eslint/no-floating-promises',
    poisoned: `export const sample = (work: () => Promise<void>): void => {\n  work();\n};\n`,
    clean: `export const sample = async (work: () => Promise<void>): Promise<void> => {\n  await work();\n};\n`,
  },
  {
    says: 'A value of unknown shape is checked before it is used.',
    file: 'libs/runtime/src/sample.ts',
    rule: '@typescript-eslint/no-unsafe-member-access',
    poisoned: `export const sample = (text: string): unknown => JSON.parse(text).id;\n`,
    clean: `export const sample = (text: string): unknown => JSON.parse(text);\n`,
  },
  {
    says: 'Every case of a union is written.',
    file: 'libs/domain/src/sample/sample.ts',
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    poisoned: `export const sample = (status: 'open' | 'closed'): void => {\n  switch (status) {\n    case 'open':\n      break;\n  }\n};\n`,
    clean: `export const sample = (status: 'open' | 'closed'): number => {\n  switch (status) {\n    case 'open':\n      return 1;\n    case 'closed':\n      return 2;\n  }\n};\n`,
  },
  {
    says: 'A type that nobody checks is written with its reason or not at all.',
    file: 'libs/kernel/src/sample.ts',
    rule: '@typescript-eslint/no-explicit-any',
    poisoned: `export const sample = (it: any): unknown => it;\n`,
    clean: `export const sample = (it: unknown): unknown => it;\n`,
  },
];

/** @param event the name of a declared event @param set where it is declared */
const eventNames = (event: string): readonly Sample[] => [
  {
    says: 'An event is not named in a string.',
    file: 'apps/server/src/sample.ts',
    cleanFile: 'apps/server/src/sample.spec.ts',
    rule: 'vivier/event-names-once',
    poisoned: `export const sample = '${event}';\n`,
    clean: `export const sample = '${event}';\n`,
  },
  {
    says: 'An event is not named in the type of a string either.',
    file: 'projections/sample/sample.ts',
    rule: 'vivier/event-names-once',
    poisoned: `export type Sample = '${event}';\n`,
    clean: `export interface Sample {\n  readonly ${event}: number;\n}\n`,
  },
  {
    says: 'An event is not named in a template.',
    file: 'libs/runtime/src/sample.ts',
    rule: 'vivier/event-names-once',
    poisoned: `export const sample = \`${event}\`;\n`,
    clean: `export const sample = (name: string): string => \`\${name}.v2\`;\n`,
  },
];

/** Every rule of the project with a text that it refuses. */
export const samplesFor = (event: string): readonly Sample[] => [
  ...imports,
  ...determinism,
  ...types,
  ...eventNames(event),
];
