import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const swc = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));
swc.jsc.rewriteRelativeImportExtensions = false; // Here the sources run as they are.

/** One jest for every floor: `.ts` is ESM through swc, and `#room` names resolve to the sources. */
export default {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false }] },
  roots: ['<rootDir>/libs', '<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testSequencer: '<rootDir>/test/setup/longest-first.js',
  reporters: ['default', '<rootDir>/test/fixtures/left-out.js'],
  setupFiles: ['reflect-metadata', './test/setup/property-seed.ts'],
  testTimeout: 120_000, // Ends what hangs. A machine that does much else beside is slow, not wrong.
  maxWorkers: Math.ceil(availableParallelism() * 1.5), // Many specs wait for a process or a disk rather than for the processor.
};
