import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadSettings, readSettings, type Settings } from './environment.ts';
import { runService } from './run-service.ts';
import { until } from '../test/fixtures/waiting.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'onhand-run-'))));
afterEach(() => rmSync(directory, { recursive: true }));
const settings = (port: number): Settings =>
  readSettings({ DATA_DIR: directory, PORT: String(port), LOG_LEVEL: 'silent', AUTH: 'off' });

it('runs until it is told to stop, and says 0', async () => {
  const ending = new AbortController();
  const running = runService(settings(0), ending.signal);
  await until(() => existsSync(join(directory, 'service.json')), 'it runs');
  ending.abort();
  expect(await running).toBe(0);
});

it('says which address is taken, and leaves the data free', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const failed = runService(settings(port), AbortSignal.abort());
  await expect(failed).rejects.toThrow(BadSettings);
  await expect(failed).rejects.toThrow(String(port));
  other.close();
  expect(await runService(settings(0), AbortSignal.abort())).toBe(0);
});
