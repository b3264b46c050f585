// Jest runs TypeScript as native ES modules; `tools/test.mjs` gives Node the flag that this needs.
const swc = [
  '@swc/jest',
  {
    swcrc: false,
    module: { type: 'es6' },
    sourceMaps: 'inline',
    jsc: {
      target: 'es2023',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
  },
];
const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  setupFiles: ['<rootDir>/jest.setup.mjs'],
  testEnvironmentOptions: { customExportConditions: ['@vivier/source', 'node', 'node-addons'] },
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.nx/'],
};
export default {
  workerIdleMemoryLimit: '1GB',
  testSequencer: '<rootDir>/tools/slow-first.mjs',
  // A whole product is started in many hooks: seconds, on a machine that does other things as well.
  testTimeout: 60_000,
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs,projections,sagas}/**/*.spec.ts'],
    },
    { ...base, displayName: 'whole', testMatch: ['<rootDir>/test/**/*.spec.ts'] },
  ],
};
