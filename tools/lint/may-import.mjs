// Who may import what (one row a package). Whatever a row does not allow is refused, so a new
// dependency of a package is a line in this table and not an accident.
import { builtinModules } from 'node:module';

const EVENT_STORE = ['@eventstore/**', '@kurrent/**', '@grpc/**', 'google-protobuf{,/**}'];
const TIME = 'temporal-polyfill';
/** Node's own modules but for those that mean cryptography, storage and tests. */
const NODE = builtinModules
  .map((name) => name.replace(/^node:/, ''))
  .filter((name) => !/^_|^(crypto|sqlite|test)\b/.test(name))
  .map((name) => `node:${name}`);
/** Any package from outside, and any module of Node, but for those named. */
const anyBut = (...names) => `!(@vivier|.|..|${names.join('|')}){,/**}`;
const ANY = '!(@vivier|.|..){,/**}';

/** The pure parts know the kernel, events and calendars; nothing of Node, nothing that acts. */
const PURE = ['@vivier/kernel', TIME];
const EVENTS = '@vivier/domain/events';
const SEALING = '@vivier/kernel/sealing';
/** The driver, and what all stores on it have in common. */
const MONGODB = ['mongodb', '@vivier/mongodb', '@vivier/mongodb/driver'];
/** An application leaves storage and cryptography to the libraries. */
const OUTSIDE_APPS = anyBut(
  'mongodb',
  '@eventstore',
  '@kurrent',
  '@grpc',
  'google-protobuf',
  'node:crypto',
  'node:sqlite',
);
const LIBRARIES = [
  'kernel',
  'kernel/sealing',
  'domain',
  'domain/events',
  'event-store',
  'event-store/facade',
  'read-store',
  'vault',
  'identity',
  'files',
  'mail',
  'directory',
  'backup',
  'mongodb',
  'work-state',
  'runtime',
  'published',
  'projections',
  'sagas',
].map((name) => `@vivier/${name}`);

/**
 * `imports`: sources as an import writes them (patterns). `types`: the same, by `import type` alone.
 * `within`: what only some files of the package may import in addition, by their path in it.
 */
export const PACKAGES = {
  'libs/kernel': { imports: ['zod', TIME] },
  'libs/domain': { imports: PURE, within: { 'src/**/*.events.ts': ['zod'] } },
  projections: { imports: [...PURE, EVENTS] },
  sagas: { imports: [...PURE, EVENTS], types: ['@vivier/domain'] },
  'libs/event-store': {
    imports: ['@vivier/kernel', ...NODE, 'node:crypto', ...EVENT_STORE],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/mongodb': { imports: [...NODE, 'mongodb'] },
  'libs/read-store': {
    imports: ['@vivier/kernel', SEALING, ...NODE, ...MONGODB, 'mingo{,/**}'],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/vault': {
    imports: ['@vivier/kernel', SEALING, ...NODE, 'node:crypto', ...MONGODB],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/identity': {
    imports: ['@vivier/kernel', ...NODE, 'node:crypto', ...MONGODB, 'jose'],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/files': {
    imports: [
      '@vivier/kernel',
      '@vivier/vault',
      ...NODE,
      'node:crypto',
      ...MONGODB,
      'yauzl',
      'saxes',
    ],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/work-state': {
    imports: ['@vivier/kernel', ...NODE, ...MONGODB],
    within: { 'src/embedded/**': ['node:sqlite'] },
  },
  'libs/mail': { imports: ['@vivier/kernel', ...NODE, 'nodemailer', 'liquidjs'] },
  'libs/directory': { imports: ['@vivier/kernel', ...NODE, 'node:sqlite'] },
  // Any SQLite file alike, whatever it holds.
  'libs/backup': { imports: [...NODE, 'node:crypto', 'node:sqlite'] },
  'libs/published': { imports: ['@vivier/kernel', EVENTS, ...NODE, 'zod'] },
  'libs/runtime': {
    imports: [
      '@vivier/kernel',
      SEALING,
      '@vivier/event-store',
      '@vivier/read-store',
      '@vivier/vault',
      '@vivier/work-state',
      ...NODE,
      'node:crypto',
      TIME,
    ],
  },
  'libs/testing': {
    imports: [
      '@vivier/kernel',
      SEALING,
      '@vivier/event-store',
      '@vivier/read-store',
      '@vivier/vault',
      '@vivier/work-state',
      '@vivier/runtime',
      ...NODE,
      '@jest/globals',
      TIME,
    ],
  },
  'apps/server': { imports: [...LIBRARIES, OUTSIDE_APPS] },
  'apps/cli': { imports: [...LIBRARIES, '@vivier/server', OUTSIDE_APPS] },
  test: {
    imports: [...LIBRARIES, '@vivier/*/contract', '@vivier/testing', '@vivier/server', ANY],
    within: { 'architecture/**': ['../../tools/**'] },
  },
};

/** Specs and contract suites may use whatever tests need, but see no more of the other packages. */
const SPECS = [
  '**/*.spec.ts',
  '**/*.contract.ts',
  '**/contract.ts',
  '**/*.fixtures.ts',
  'src/testing/**',
];
const IN_SPECS = ['@vivier/testing', '@vivier/*/contract', ANY];

const allow = (element, source, more = {}) => ({
  from: { element },
  allow: { dependency: { source, ...more } },
});

const policies = Object.entries(PACKAGES).flatMap(([type, { imports, types, within = {} }]) => [
  allow({ type }, imports),
  ...(types ? [allow({ type }, types, { kind: 'type' })] : []),
  ...Object.entries(within).map(([fileInternalPath, sources]) =>
    allow({ type, fileInternalPath }, sources),
  ),
  allow({ type, fileInternalPath: SPECS }, IN_SPECS),
]);

/** ESLint configuration that holds every package to its row. */
export const mayImport = (plugin, root) => ({
  name: 'vivier/may-import',
  files: ['{apps,libs}/*/**/*.ts', '{projections,sagas,test}/**/*.ts'],
  plugins: { boundaries: plugin },
  settings: {
    'boundaries/root-path': root,
    'boundaries/elements': Object.keys(PACKAGES).map((folder) => ({
      type: folder,
      pattern: folder,
    })),
    'boundaries/dependency-nodes': ['import', 'export', 'dynamic-import', 'require'],
    'boundaries/additional-dependency-nodes': [
      { selector: 'TSImportType > Literal', kind: 'type', name: 'import-type' },
    ],
    'import/resolver': {
      typescript: {
        project: `${root}/tsconfig.check.json`,
        conditionNames: ['@vivier/source', 'types', 'import', 'node', 'default'],
      },
    },
  },
  rules: {
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        checkAllOrigins: true,
        checkUnknownLocals: true,
        message:
          '"{{ dependency.source }}" may not be imported here: see the row of {{ from.element.type }} in tools/lint/may-import.mjs',
        policies,
      },
    ],
    // A file that belongs to no row would be held to nothing.
    'boundaries/no-unknown-files': 'error',
  },
});
