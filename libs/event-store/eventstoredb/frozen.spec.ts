import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHILD = fileURLToPath(new URL('children/append-while-frozen.child.ts', import.meta.url));
jest.setTimeout(60_000); // For a busy machine; it takes about three seconds.

it('a frozen EventStoreDB leaves the process alive, each append unknown, and each written once in the end', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', CHILD]);

  expect(JSON.parse(stdout)).toEqual({ unknown: 200, exactlyOnce: 200, isClosedSoon: true });
});
