import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const CHILD = fileURLToPath(new URL('children/append-while-frozen.child.ts', import.meta.url));
/** It takes about three seconds. What hangs is ended, and its server with it, before the test is. */
const CHILD_MS_MAX = 100_000;

it('while an EventStoreDB is frozen each append is unknown; later each is there once, and the process has lived on', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', CHILD], {
    timeout: CHILD_MS_MAX,
  });

  expect(JSON.parse(stdout)).toEqual({ unknown: 200, exactlyOnce: 200, isClosed: true });
});
