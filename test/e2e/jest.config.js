import base from '../../jest.config.js';

/** Suites that need a real server: one after the other, each with minutes. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['**/*.e2e-spec.ts'],
  reporters: [['default', { summaryThreshold: 1 }]],
  testTimeout: 120_000,
  maxWorkers: 1,
};
