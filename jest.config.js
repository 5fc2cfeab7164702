/** Jest runs on the emitted code: the tested code is the shipped code. */
const project = (directory) => ({
  displayName: directory.split('/').at(-1),
  rootDir: `${__dirname}/${directory}`,
  testMatch: ['<rootDir>/dist-test/**/*.test.js'],
  // The templates of `connector create` are packages of one name.
  modulePathIgnorePatterns: ['<rootDir>/templates/'],
  setupFiles: ['reflect-metadata'],
  testEnvironment: 'node',
  transform: {},
});

module.exports = {
  projects: [
    'core',
    'runtime',
    'connectors/salesforce-org',
    'connectors/salesforce-rest',
    'conformance-tests',
    'docs',
  ].map(project),
  // Tests wait for sockets half of their time: one core less than there are leaves the rest idle.
  maxWorkers: '100%',
  // A worker that has run many suites holds their modules, and collects garbage more than it tests.
  workerIdleMemoryLimit: '400MB',
  testSequencer: './.ci/longest-first.cjs',
  testTimeout: 30_000,
};
