import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHILD = fileURLToPath(new URL('children/append-while-frozen.child.ts', import.meta.url));
/** It takes about three seconds. What hangs is ended, and its server with it, before the test is. */
const CHILD_MS_MAX = 100_000;

it('a frozen EventStoreDB leaves the process alive, each append unknown, and each written once in the end', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', CHILD], {
    timeout: CHILD_MS_MAX,
  });

  expect(JSON.parse(stdout)).toEqual({ unknown: 200, exactlyOnce: 200, isClosed: true });
});
