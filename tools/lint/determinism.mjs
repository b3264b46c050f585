// The same log and the same command give the same answer, today and in a replay in ten years: rules
// read no clock, no random numbers and no environment, and wait for nothing.

const CLOCKS_AND_DICE = [
  ['Date', 'now'],
  ['Math', 'random'],
  ['performance', 'now'],
  ['performance', 'timeOrigin'],
  ['crypto', 'randomUUID'],
  ['crypto', 'getRandomValues'],
  ['process', 'hrtime'],
  ['process', 'uptime'],
  ['Temporal', 'Now'],
];
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
const HERE = 'Time, ids and chance come in with the command (design: deciders are pure).';

const ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Only an application reads the environment; pass what is needed.',
};
const PURE = ['libs/kernel/**/*.ts', 'libs/domain/**/*.ts', 'projections/**/*.ts', 'sagas/**/*.ts'];

export const determinism = [
  {
    name: 'vivier/environment',
    files: ['libs/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.contract.ts', '**/contract.ts', ...PURE],
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    name: 'vivier/determinism',
    files: PURE,
    rules: {
      'no-restricted-properties': [
        'error',
        ENVIRONMENT,
        ...CLOCKS_AND_DICE.map(([object, property]) => ({ object, property, message: HERE })),
        // The same behind globalThis.
        ...['Date', 'Math', 'performance', 'crypto', 'process', ...TIMERS].map((property) => ({
          object: 'globalThis',
          property,
          message: HERE,
        })),
      ],
      'no-restricted-globals': ['error', ...TIMERS.map((name) => ({ name, message: HERE }))],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
          message: `new Date() without an argument reads the clock. ${HERE}`,
        },
        {
          selector: 'CallExpression[callee.name="Date"]',
          message: `Date() reads the clock. ${HERE}`,
        },
      ],
    },
  },
];
