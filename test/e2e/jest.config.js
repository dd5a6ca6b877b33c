import base from '../../jest.config.js';

/** Suites that need a real server. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['**/*.e2e-spec.ts'],
  reporters: [['default', { summaryThreshold: 1 }]],
  globalSetup: '<rootDir>/test/servers/kafka/prepared.ts',
  testTimeout: 600_000, // Ends what hangs: a broker that starts three times on a busy machine does not.
  maxWorkers: 3, // They wait for sessions to end and brokers to come back rather than for the processor.
};
