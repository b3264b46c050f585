// Modules that a package may import, but not all of.

const RULE = '@typescript-eslint/no-restricted-imports';

const CQRS = {
  name: '@nestjs/cqrs',
  importNames: ['AggregateRoot', 'EventBus', 'EventPublisher', 'EventsHandler', 'Saga'],
  message: 'They live in memory and lose work in a crash: use the log, projections and sagas.',
};
const VALIDATOR = {
  name: 'class-validator',
  message: 'It checks input classes at the edge, in apps/server; events have zod.',
};
const HASHES = {
  name: 'node:crypto',
  allowImportNames: ['createHash', 'createHmac', 'hash', 'timingSafeEqual', 'Hash'],
  message: 'Only hashes here: keys and random values belong to the vault.',
};
const ENVIRONMENT = {
  name: 'node:process',
  importNames: ['env'],
  message: 'Only an application reads the environment; pass what is needed.',
};

const only = (name, files, paths, ignores = []) => ({
  name: `vivier/${name}`,
  files,
  ignores,
  rules: { [RULE]: ['error', { paths }] },
});

/** A later entry replaces an earlier one, so each lists everything that holds for its files. */
export const restrictedNames = [
  only('everywhere', ['**/*.ts'], [CQRS, VALIDATOR, ENVIRONMENT]),
  only(
    'hashes',
    ['libs/{event-store,runtime}/**/*.ts'],
    [CQRS, VALIDATOR, ENVIRONMENT, HASHES],
    ['**/*.spec.ts'],
  ),
  only('server', ['apps/server/**/*.ts'], [CQRS]),
  only('command-line', ['apps/cli/**/*.ts', 'test/**/*.ts'], [CQRS, VALIDATOR]),
  {
    name: 'vivier/directory-in-memory',
    files: ['libs/directory/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="DatabaseSync"]:not([arguments.0.value=":memory:"])',
          message: 'The directory holds names in clear: it is never on disk.',
        },
      ],
    },
  },
];
