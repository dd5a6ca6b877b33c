import { DatabaseSync } from 'node:sqlite';
import type { Held } from './held-row.ts';
import { ShelfTable } from './shelf-table.ts';
import { SqliteShelf } from './sqlite-shelf.ts';
import { WRITTEN_KEPT_MAX, WrittenRows } from './written-rows.ts';

interface Row {
  units: number;
}

const held = (units: number | undefined): Held<Row> => ({
  ...{ row: units === undefined ? undefined : { units }, dirtySince: 0 },
  ...{ isInFile: true, fileIndexValues: undefined },
});

describe('rows that are written before they can be committed', () => {
  it('are kept as they are while they are few', () => {
    const written = new WrittenRows<Row>();
    for (let number = 0; number < WRITTEN_KEPT_MAX; number++) written.set(String(number), held(number));
    expect(written.keptCount).toBe(WRITTEN_KEPT_MAX);
    expect([...written.packed()]).toEqual([]);
  });

  it('are packed where they are very many, and none is lost', () => {
    const written = new WrittenRows<Row>();
    const count = WRITTEN_KEPT_MAX + 5_000;
    for (let number = 0; number < count; number++) {
      written.set(String(number), held(number === 3 ? undefined : number));
    }
    expect(written.keptCount).toBeLessThanOrEqual(WRITTEN_KEPT_MAX);
    const all = new Map(written.packed());
    expect(all.get('3')).toBeUndefined();
    for (const [key, { row }] of written.kept()) all.set(key, row);
    expect(all.size).toBe(count);
    for (const [key, row] of all) if (key !== '3' && row?.units !== Number(key)) throw new Error(key);
    written.clear();
    expect([...written.kept(), ...written.packed()]).toEqual([]);
  });
});

it('a transaction that fails after very many rows loses none, and none becomes older', () => {
  const database = new DatabaseSync(':memory:');
  const table = new ShelfTable(database, 'rows', []);
  const host = {
    endFreeze: () => undefined,
    write: (work: () => void) => {
      if (!database.isTransaction) database.exec('BEGIN');
      work();
    },
    read: <Answer>(work: () => Answer) => work(),
  };
  const shelf = new SqliteShelf<Row>(host, table, { name: 'rows', version: 1, hotRowsMax: 10 }, 0);
  shelf.put('gone', { units: 1 });
  shelf.writeChanged();
  database.exec('COMMIT');
  shelf.committed();

  const count = WRITTEN_KEPT_MAX + 2_000;
  const numbers = Array.from({ length: count }, (_, number) => number);
  shelf.delete('gone');
  for (const number of numbers) {
    shelf.put(String(number), { units: number });
    if (number % 500 === 499) shelf.writeChanged();
  }
  shelf.put('5', { units: -5 }); // Once before it is written again,
  shelf.writeChanged();
  shelf.put('6', { units: -6 }); // and once after.
  database.exec('ROLLBACK');
  shelf.takeBack();

  expect(shelf.count()).toBe(count);
  database.exec('COMMIT');
  shelf.committed();
  const wanted = new Map([
    [5, -5],
    [6, -6],
  ]);
  const wrong = numbers.filter((number) => {
    const stored = JSON.parse(table.find(String(number)) ?? '{}') as Partial<Row>;
    return stored.units !== (wanted.get(number) ?? number);
  });
  expect(wrong).toEqual([]);
  expect(table.find('gone')).toBeUndefined();
  database.close();
});
