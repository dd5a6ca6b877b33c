/** Fills a small disk with rows, makes room again, and prints what the read model did: `directory`. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReadModelFull } from '#read-model';
import { SqliteReadModel } from './index.ts';

const ROWS = 40_000;
const BALLAST_BYTES = 118_000_000;

interface Row {
  value: number;
  text: string;
}

const directory = process.argv[2]!;
const ballast = join(directory, 'ballast');
writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));
const file = join(directory, 'read-model.db');
const rows = { name: 'rows', version: 1, hotRowsMax: 100, indexes: { value: (row: Row) => row.value } };
/** So small that both spills and the commit find the disk full. */
const pace = { commitEveryMs: 0, dirtyRowsMax: 1, spillRows: 400 };
let model = SqliteReadModel.open({ file, pace });
let shelf = model.shelf<Row>(rows);
const expected = new Map<string, number>();
const put = (key: string, value: number): void => {
  shelf.put(key, { value, text: 'x'.repeat(300) });
  expected.set(key, value);
};
const isFull = (work: () => void): boolean => {
  try {
    work();
    return false;
  } catch (fault) {
    if (!(fault instanceof ReadModelFull)) throw fault;
    return true;
  }
};

for (let number = 0; number < 500; number++) put(`key-${number}`, number);
model.commit(1);
let refusals = 0;
for (let number = 0; number < ROWS; number++) {
  put(`key-${(number * 7) % ROWS}`, number);
  if (number % 100 === 0) {
    shelf.delete(`key-${number}`);
    expected.delete(`key-${number}`);
    if (isFull(() => model.spill(1))) refusals++;
  }
}
const refusedCommit = isFull(() => model.commit(2));
const wrongWhenFull = [...expected].filter(([key, value]) => shelf.get(key)?.value !== value).length;
rmSync(ballast);
model.commit(3);
const countAfterwards = shelf.count();
const hash = model.hash();
model.close();

model = SqliteReadModel.open({ file });
shelf = model.shelf<Row>(rows);
const wrongAtLast = [...expected].filter(([key, value]) => shelf.get(key)?.value !== value).length;
const result = {
  refusals,
  refusedCommit,
  wrongWhenFull,
  countIsRight: countAfterwards === expected.size && shelf.count() === expected.size,
  openedAt: model.openedAt,
  wrongAtLast,
  indexed: shelf.byIndex('value', { above: -1, limit: ROWS }).length === expected.size,
  isSameHash: model.hash() === hash,
};
model.close();
process.stdout.write(JSON.stringify(result));
