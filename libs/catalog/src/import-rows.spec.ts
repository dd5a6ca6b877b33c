import { UNIT } from '#kernel';
import { aChannel, anItem, openCatalog, type OpenedCatalog } from '../testing/opened-catalog.ts';
import { type ImportResult, type ImportRow, importRows } from './import-rows.ts';

let opened: OpenedCatalog;
beforeEach(async () => {
  opened = await openCatalog();
});
afterEach(() => opened.close());

const item = (sku: string, more = {}): ImportRow => ({ kind: 'item', resource: anItem(sku, more) });

async function importAll(rows: Iterable<ImportRow>): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  for await (const result of importRows(opened.desk, rows)) results.push(result);
  return results;
}

describe('an import', () => {
  it('answers each row, in order, and a row may name what an earlier one defines', async () => {
    const results = await importAll([
      { kind: 'channel', resource: aChannel('amz', { lists: 'listed' }) },
      item('MUG'),
      item('CUP'),
      item('PAIR', { components: [{ sku: 'MUG', quantity: 2 * UNIT }] }),
      item('TRAY', { components: [{ sku: 'PAIR', quantity: UNIT }] }),
      { kind: 'rejected', rejection: { code: 'WRONG_TYPE', detail: 'line 6' } },
      { kind: 'listing', resource: { channel: 'amz', listing: 'B01', sku: 'TRAY', unitsPer: UNIT } },
      { kind: 'policy', resource: { scope: 'listing:amz:B01', fields: { cap: UNIT } } },
      item('MUG'),
      item('MUG', { name: 'Mug' }),
      item('BAD', { components: [{ sku: 'GONE', quantity: UNIT }] }),
    ]);
    expect(results.map(({ index, id, outcome }) => [index, id, outcome])).toEqual([
      [0, 'amz', 'created'],
      [1, 'MUG', 'created'],
      [2, 'CUP', 'created'],
      [3, 'PAIR', 'created'],
      [4, 'TRAY', 'created'],
      [5, undefined, 'rejected'],
      [6, 'amz:B01', 'created'],
      [7, 'listing:amz:B01', 'created'],
      [8, 'MUG', 'unchanged'],
      [9, 'MUG', 'replaced'],
      [10, 'BAD', 'rejected'],
    ]);
    expect(results[10]?.rejection?.code).toBe('ITEM_UNKNOWN');
  });

  it('of many rows takes fewer commits than rows, and changes nothing when repeated', async () => {
    const rows = Array.from({ length: 5_000 }, (_, n) => item(`SKU-${n}`));
    const results = await importAll(rows);
    expect(results).toHaveLength(rows.length);
    expect(
      results.every(({ outcome }, index) => outcome === 'created' && results[index]?.index === index),
    ).toBe(true);
    await opened.catchUp();
    expect(opened.book.entries('item', { limit: 9_999 })).toHaveLength(5_000);
    const again = await importAll(rows);
    expect(again.map(({ position }) => position)).toEqual(results.map(({ position }) => position));
    expect(again.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
  });
});
