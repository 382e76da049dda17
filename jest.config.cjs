/**
 * Four projects, by what a test needs: nothing, real servers, the whole stack; and chaos, which takes as long as it takes and runs
 * only by `npm run chaos`.
 */
const project = (name, options) => ({
  displayName: name,
  rootDir: __dirname,
  testEnvironmentOptions: { globalsCleanup: 'on' },
  testMatch: [`**/*.${name}.spec.ts`],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['^$'],
  ...options,
});

module.exports = {
  // Starting a server takes longer on a machine that is busy; what hangs is told all the same.
  testTimeout: 30_000,
  projects: [project('unit', {}), project('int', {}), project('e2e', {}), project('chaos', {})],
  testSequencer: '<rootDir>/tests/_util/slow-first-sequencer.cjs',
  reporters: ['default', '<rootDir>/tests/_util/closing-line-reporter.cjs'],
};
