import { exceptionKey, type ExceptionOpened, emptyItem } from '#inventory';
import type { RecordedEvent } from '#event-store';
import type { IndexPage, ReadModel, Shelf, ShelfDefinition } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { turnsDuring } from '../../kernel/testing/turns-during.ts';
import { type ExceptionFilter, ExceptionShelf } from './exception-shelf.ts';

const ROWS = 3_000;

describe('the shelf of exceptions', () => {
  let readModel: SqliteReadModel;
  let shelf: ExceptionShelf;
  let looked: number;

  beforeEach(() => {
    readModel = SqliteReadModel.open({ file: IN_MEMORY });
    shelf = new ExceptionShelf(counting(readModel, (rows) => (looked += rows)));
    for (let position = 1; position <= ROWS; position++) {
      const kind = position % 1_000 === 0 ? 'oversell' : 'late';
      open(position, { kind, channel: `pos-${position % 3}` });
      if (position % 2 === 0) close(position);
    }
    looked = 0;
  });
  afterEach(() => readModel.close());

  function open(position: number, { kind, channel }: Pick<ExceptionOpened, 'kind' | 'channel'>): void {
    const opened = { kind, location: 'east', channel, orderId: `o-${position}`, quantity: 1, claims: [] };
    const state = { ...emptyItem(), exceptions: { [exceptionKey(opened)]: { position } } };
    shelf.opened(`S-${position}`, opened, state as never, { recordedAt: position } as RecordedEvent);
  }

  function close(position: number): void {
    shelf.closed(position, { state: 'cleared' } as never, { recordedAt: position } as RecordedEvent);
  }

  const list = async (filter: ExceptionFilter, limit = 100): Promise<string[]> =>
    (await shelf.list(filter, { limit })).map(({ id }) => id);

  it('reads few rows if few match', async () => {
    expect(await list({ kind: 'oversell' })).toEqual(['1000', '2000', '3000']);
    expect(await list({ kind: 'oversell', state: 'open' })).toEqual([]);
    expect(await list({ kind: 'late', state: 'open', channel: 'web' })).toEqual([]);
    expect(await list({ state: 'resolved', channel: 'pos-1' })).toEqual([]);
    expect(await list({ kind: 'late', sku: 'S-7', channel: 'pos-1' })).toEqual(['7']);
    expect(looked).toBe(4);
  });

  it('is narrowed by everything that is asked for', async () => {
    expect(await list({ state: 'cleared', kind: 'oversell' })).toEqual(['1000', '2000', '3000']);
    expect(await list({ channel: 'pos-0', kind: 'oversell', state: 'cleared' })).toEqual(['3000']);
    expect(await list({ sku: 'S-8', state: 'open' })).toEqual([]);
    expect(await list({ sku: 'S-8', kind: 'oversell' })).toEqual([]);
    expect(await list({ sku: 'S-8', channel: 'pos-1' })).toEqual([]);
    expect(await list({ sku: 'S-8', channel: 'pos-2', state: 'cleared', kind: 'late' })).toEqual(['8']);
  });

  it('keeps when an exception was opened, and who claimed it unless that is told anew', () => {
    const opened = { kind: 'oversell', location: 'east', channel: 'web', orderId: 'o-1' } as const;
    const state = {
      ...emptyItem(),
      exceptions: { [exceptionKey(opened)]: { position: 9_000, quantity: 0 } },
    };
    const tell = (recordedAt: number, more: Pick<ExceptionOpened, 'quantity' | 'claims'>): unknown => {
      shelf.opened('S-1', { ...opened, ...more }, state, { recordedAt } as RecordedEvent);
      return shelf.get('9000');
    };
    const claims = [{ channel: 'web', orderId: 'o-1', quantity: 3, occurredAt: 1, recordedAt: 5 }];
    expect(tell(5, { quantity: 3, claims })).toMatchObject({ quantity: 3, claims, openedAt: 5 });
    expect(tell(6, { quantity: 2 })).toMatchObject({ quantity: 2, claims, openedAt: 5 });
    expect(tell(7, { quantity: 4, claims: [] })).toMatchObject({ quantity: 4, claims: [], openedAt: 5 });
  });

  it('lets other work have its turn while it searches many', async () => {
    const listed = list({ kind: 'oversell', channel: 'pos-0' });
    expect(await turnsDuring(listed)).toBeGreaterThan(0);
    expect(await listed).toEqual(['3000']);
    expect(looked).toBe(ROWS / 3);
  });

  it('goes on after what was seen, whatever it is narrowed to', async () => {
    const filters: ExceptionFilter[] = [{}, { kind: 'late' }, { state: 'open', channel: 'pos-1' }];
    for (const filter of filters) {
      const all = await list(filter, ROWS);
      const middle = Math.floor(all.length / 2);
      const behind = await shelf.list(filter, { after: all[middle]!, limit: 2 });
      expect(behind).toHaveLength(2);
      expect(behind.map(({ id }) => id)).toEqual(all.slice(middle + 1, middle + 3));
    }
  });
});

/** Tells how many rows each look into an index, or along the keys, has brought. */
function counting(readModel: ReadModel, onRows: (count: number) => void): ReadModel {
  const told = <Rows extends readonly unknown[]>(rows: Rows): Rows => {
    onRows(rows.length);
    return rows;
  };
  const counted = <Row extends object>(definition: ShelfDefinition<Row>): Shelf<Row> => {
    const shelf = readModel.shelf(definition);
    return {
      get: (key) => shelf.get(key),
      put: (key, row) => shelf.put(key, row),
      delete: (key) => shelf.delete(key),
      byKey: (page) => told(shelf.byKey(page)),
      byIndex: (index: string, page: IndexPage) => told(shelf.byIndex(index, page)),
      count: () => shelf.count(),
      writeChanged: () => shelf.writeChanged(),
    };
  };
  return { shelf: counted } as unknown as ReadModel;
}
