/**
 * What the shelves of a read model cost: nanoseconds of a hot `get` and `put`, microseconds of a row spilled
 * and of a cold `get`, the pause of a commit, rows per second of a build from nothing, and the hash.
 * Run it with `node --conditions=source test/bench/read-model.ts [rows]`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteReadModel } from '#read-model/sqlite';

const ROWS = Number(process.argv[2] ?? 300_000);
const HOT_KEYS = 10_000;
const ROWS_PER_PAGE = 500;
const PAGES_PER_COMMIT = 50;

interface ItemRow {
  sku: string;
  position: number;
  onHand: Record<string, number>;
  committed: number;
  openOrders: number | null;
}

const keyOf = (number: number): string => `SKU-${String(number).padStart(8, '0')}`;
const rowOf = (number: number): ItemRow => ({
  sku: keyOf(number),
  position: number,
  onHand: { paris: number * 100_000, lyon: 500_000, 'web-warehouse': 1_200_000 },
  committed: 200_000,
  openOrders: number % 10 === 0 ? number : null,
});

/** A key that comes back only after all others, in no order. */
const scattered = (number: number): number => (number * 7_919) % ROWS;

const results: [string, string][] = [];
const told = (name: string, value: number, unit: string): void =>
  void results.push([name, `${value >= 100 ? Math.round(value) : value.toFixed(2)} ${unit}`]);

function nanosecondsEach(times: number, work: (index: number) => void): number {
  const start = performance.now();
  for (let index = 0; index < times; index++) work(index);
  return ((performance.now() - start) * 1e6) / times;
}

const directory = mkdtempSync(join(process.cwd(), '.bench-'));
const file = join(directory, 'read-model.db');
const definition = {
  name: 'items',
  version: 1,
  indexes: { openOrders: (row: ItemRow) => row.openOrders },
};
let model = SqliteReadModel.open({ file });
let shelf = model.shelf<ItemRow>(definition);

const buildStart = performance.now();
const commits: number[] = [];
let pages = 0;
for (let number = 0; number < ROWS; number++) {
  const key = keyOf(scattered(number));
  shelf.put(key, shelf.get(key) ?? rowOf(scattered(number)));
  if ((number + 1) % ROWS_PER_PAGE !== 0) continue;
  model.spill(number);
  if (++pages % PAGES_PER_COMMIT !== 0) continue;
  const start = performance.now();
  model.commit(number);
  commits.push(performance.now() - start);
  await new Promise((resolve) => setImmediate(resolve));
}
model.commit(ROWS);
told('build from nothing', ROWS / ((performance.now() - buildStart) / 1000), 'rows/s');
told('longest commit of it', Math.max(...commits), 'ms');

const hot = Array.from({ length: HOT_KEYS }, (_, number) => keyOf(number));
for (const key of hot) shelf.get(key);
told(
  'hot get',
  nanosecondsEach(2_000_000, (index) => shelf.get(hot[index % HOT_KEYS]!)),
  'ns',
);
const hotRows = hot.map((key) => shelf.get(key)!);
told(
  'hot put',
  nanosecondsEach(2_000_000, (index) => shelf.put(hot[index % HOT_KEYS]!, hotRows[index % HOT_KEYS]!)),
  'ns',
);
let start = performance.now();
for (let spills = 0; spills < HOT_KEYS / ROWS_PER_PAGE; spills++) model.spill(ROWS);
model.commit(ROWS + 1);
told('row spilled, with its share of a commit', ((performance.now() - start) * 1000) / HOT_KEYS, 'µs');
told('cold get', nanosecondsEach(100_000, (index) => shelf.get(keyOf(scattered(index * 31)))) / 1000, 'µs');
start = performance.now();
model.hash();
told('hash', ROWS / ((performance.now() - start) / 1000), 'rows/s');
told('write-ahead log', statSync(`${file}-wal`).size / 1e6, 'MB');
model.close();
start = performance.now();
model = SqliteReadModel.open({ file });
shelf = model.shelf<ItemRow>(definition);
shelf.get('nothing');
told('open', performance.now() - start, 'ms');
model.close();
rmSync(directory, { recursive: true });
for (const [name, value] of results) process.stdout.write(`${name.padEnd(42)} ${value.padStart(16)}\n`);
