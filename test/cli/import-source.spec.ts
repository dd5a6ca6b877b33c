import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportResult } from '../../src/cli/commands/import.ts';
import { readSettings } from '../../src/environment.ts';
import { HttpService } from '../../src/http-service.ts';
import { commandLine } from '../fixtures/command-line.ts';
import { askAt } from '../http/harness.ts';

/** `import FILE --source ID`: whose messages they are, where a line of the file does not say. */

const folder = mkdtempSync(join(tmpdir(), 'onhand-source-'));
const env = { DATA_DIR: join(folder, 'data') };
let service: HttpService | undefined;

beforeAll(async () => {
  service = await HttpService.start(readSettings({ ...env, PORT: '0', AUTH: 'off' }));
  const ask = askAt(service.url);
  await ask('PUT /v1/locations/east', { name: 'East', kind: 'warehouse' });
  await ask('PUT /v1/sources/wms', { kind: 'warehouse' });
}, 60_000);
afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true });
});

const receipt = (id: string, more: object = {}): object => ({
  ...{ id, type: 'stock.received', time: '2026-01-01T00:00:00Z', ...more },
  data: { documentId: id, location: 'east', lines: [{ sku: 'MUG', quantity: 1 }] },
});

/** Two lines that do not say whose they are, one that does, and one that is another's. */
async function importLines(name: string, ...more: string[]): Promise<[number, ImportResult]> {
  const lines = [
    receipt(`${name}-1`),
    receipt(`${name}-2`, { source: null }),
    receipt(`${name}-3`, { source: 'sap' }),
    receipt(`${name}-4`, { source: 'wms' }),
  ];
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const words = ['import', file, '--source', 'sap', ...more, '--json'];
  const { exitCode, stdout } = await commandLine(words, env);
  return [exitCode, JSON.parse(stdout) as ImportResult];
}

async function tellersOf(name: string): Promise<string[]> {
  const { stdout } = await commandLine(['export'], env);
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; source: string });
  return told.filter(({ id }) => id.startsWith(name)).map(({ id, source }) => `${source} ${id}`);
}

async function toldBySap(name: string): Promise<void> {
  const [exitCode, told] = await importLines(name);
  expect([exitCode, told.lines, told.rejectedBy, told.troubles]).toMatchObject([
    65,
    { read: 4, posted: 3, rejected: 1 },
    { CHANNEL_MISMATCH: 1 },
    [{ line: 4 }],
  ]);
  expect(await tellersOf(name)).toEqual([`sap ${name}-1`, `sap ${name}-2`, `sap ${name}-3`]);
  const [, again] = await importLines(name);
  expect(again.lines).toMatchObject({ duplicate: 3, rejected: 1 });
}

it('tells them as its own through the service', () => toldBySap('through'));

it('says that a source was not registered before: its name may be misspelt', async () => {
  const file = join(folder, 'misspelt.jsonl');
  writeFileSync(file, `${JSON.stringify(receipt('misspelt-1'))}\n`);
  const shownBy = async (...more: string[]): Promise<unknown> => {
    const { stdout } = await commandLine(['import', file, '--source', 'spa', ...more, '--json'], env);
    return (JSON.parse(stdout) as { newSource?: string }).newSource;
  };
  expect([await shownBy('--dry-run'), await shownBy(), await shownBy()]).toEqual(['spa', 'spa', undefined]);
});

it('says in a dry run which of them can be told', async () => {
  const [exitCode, { lines, rejectedBy }] = await importLines('dry', '--dry-run');
  expect([exitCode, lines.posted, rejectedBy]).toEqual([65, 3, { CHANNEL_MISMATCH: 1 }]);
});

it('says in a dry run which of them were told before, and which under the id of another', async () => {
  await importLines('told');
  const [, { lines }] = await importLines('told', '--dry-run');
  expect(lines).toMatchObject({ read: 4, posted: 0, duplicate: 3, rejected: 1 });
  const file = join(folder, 'changed.jsonl');
  const other = receipt('told-1', { time: '2026-01-02T00:00:00Z' });
  writeFileSync(file, `${JSON.stringify(other)}\n`);
  const { stdout } = await commandLine(['import', file, '--source', 'sap', '--dry-run', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({
    lines: { read: 1, posted: 0, rejected: 1 },
    rejectedBy: { ID_REUSED_WITH_DIFFERENT_CONTENT: 1 },
  });
});

it('tells them as its own on the store alone', async () => {
  await service!.stop();
  service = undefined;
  await toldBySap('alone');
});
