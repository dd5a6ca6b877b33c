import base from '../../jest.config.js';

/** Suites that need a real server. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['**/*.e2e-spec.ts'],
  reporters: [['default', { summaryThreshold: 1 }]],
  testTimeout: 120_000,
  maxWorkers: 2, // They wait for sessions to end and brokers to come back rather than for the processor.
};
