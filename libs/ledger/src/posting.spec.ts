import { sumOfAccounts, UNASSIGNED } from '#inventory';
import { UNIT } from '#kernel';
import {
  counted,
  expected,
  keyAt,
  open,
  received,
  shelf,
  sold,
  swept,
} from '../../inventory/testing/entries.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';

let ledger: OpenedLedger;
let faulty: FaultyStore;

beforeEach(async () => {
  ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
});
afterEach(async () => {
  faulty.fault = () => undefined;
  await ledger.close();
});

const main = (sku = 'MUG') => ledger.item(sku).places.find(({ location }) => location === 'main')!;
const onHand = (sku = 'MUG'): number => main(sku).stock[0]!.onHand / UNIT;

describe('posting', () => {
  it('carries every entry to its item, in the journal’s order', async () => {
    await ledger.tell([received(10), { ...received(4), sku: 'LID' }]);
    await ledger.tell([sold(3)]);
    await ledger.settle();
    expect([onHand('MUG'), onHand('LID')]).toEqual([7, 4]);
    expect(sumOfAccounts(ledger.item('MUG'))).toBe(0);
  });

  it('is at the head when nothing is left, even after events that it need not post', async () => {
    await ledger.tell([received(10)]);
    await ledger.settle();
    expect(ledger.posting.position).toBe(await ledger.store.head());
  });

  it('posts one journal event to an item once and whole, with all its lines', async () => {
    await ledger.tell([received(10)]);
    await ledger.tell([open('1', 2), open('1', 3, { line: '2' })]);
    await ledger.settle();
    expect(main().committed).toBe(5 * UNIT);
  });

  it('goes on where it was after a restart, and posts nothing twice', async () => {
    await ledger.tell([received(10)]);
    await ledger.settle();
    const other = await ledger.another(); // Its picture is new: it begins at the first journal event.
    await ledger.tell([sold(3)]);
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await ledger.settle();
    expect(await ledger.events('MUG')).toHaveLength(2);
  });

  it('shared by two processes posts everything once', async () => {
    const other = await ledger.another();
    const count = 200;
    for (let number = 0; number < count; number++) await ledger.tell([received(1)]);
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await ledger.settle();
    expect(onHand()).toBe(count);
    expect(await ledger.events('MUG')).toHaveLength(count);
  });

  it('writes once what may or may not have been written', async () => {
    const faults = ['lost after', 'lost before', 'lost after'] as const;
    let next = 0;
    faulty.fault = (stream) => (stream.startsWith('item-') ? faults[next++] : undefined);
    await ledger.tell([received(10)]);
    await ledger.settle();
    expect([onHand(), (await ledger.events('MUG')).length]).toEqual([10, 1]);
  });

  it('never drops a fact while the store is unavailable', async () => {
    const { StoreFull, StoreUnavailable } = await import('#event-store');
    const faults = [new StoreFull('full'), new StoreUnavailable('away')];
    faulty.fault = (stream) => (stream.startsWith('item-') ? faults.pop() : undefined);
    await ledger.tell([received(10)]);
    await ledger.settle();
    expect(onHand()).toBe(10);
  });

  it('fails loudly on what cannot be, and skips nothing', async () => {
    const bad = { ...received(1), kind: 'nonsense' } as never;
    await ledger.tell([received(10)]);
    await ledger.settle();
    const position = await ledger.tell([bad]);
    await ledger.tell([received(5)]);
    expect(await ledger.failed).toMatchObject({ message: expect.stringContaining('Bug') });
    await expect(ledger.stop()).rejects.toThrow('Bug');
    expect(ledger.posting.position).toBeLessThan(position);
    expect((await ledger.events('MUG')).length).toBe(1);
  });

  it('promises an order of a channel without locations where it can be seen', async () => {
    await ledger.tell([open('1', 2, { channel: 'unknown' })]);
    await ledger.settle();
    expect(ledger.item('MUG').places.map(({ location }) => location)).toEqual([UNASSIGNED]);
  });
});

describe('a complete snapshot', () => {
  const asOf = Date.UTC(2026, 0, 1);
  const tellSweep = (listed: readonly string[] = []) =>
    ledger.tell([swept(asOf, listed, { key: keyAt(asOf, { document: 'snap' }) })], {
      stream: 'document-wms:snap',
      type: 'StockSnapshotTaken',
    });

  it('empties what it does not list, even if that was told a moment ago', async () => {
    await ledger.tell([received(10), { ...received(4), sku: 'LID' }]);
    await tellSweep(['LID']);
    await ledger.settle();
    expect([onHand('MUG'), onHand('LID')]).toEqual([0, 4]);
  });

  it('knows what earlier messages of its document listed', async () => {
    await ledger.tell([received(10), { ...received(4), sku: 'LID' }]);
    await ledger.tell([counted(9, asOf, { key: keyAt(asOf, { document: 'snap' }), cause: 'snapshot' })], {
      stream: 'document-wms:snap',
      type: 'StockSnapshotTaken',
    });
    await tellSweep([]);
    await ledger.settle();
    expect([onHand('MUG'), onHand('LID')]).toEqual([9, 0]);
  });

  it('does not take for listed what its document listed elsewhere or as of another time', async () => {
    const tea = { ...received(5), sku: 'TEA' };
    await ledger.tell([received(10), { ...received(4), sku: 'LID' }, tea]);
    const listed = (sku: string, at: number, location: string) =>
      counted(1, at, { sku, location, key: keyAt(at, { document: 'snap' }), cause: 'snapshot' });
    await ledger.tell(
      [listed('LID', asOf, 'shop'), listed('TEA', asOf - 1, 'main'), listed('MUG', asOf, 'main')],
      {
        stream: 'document-wms:snap',
        type: 'StockSnapshotTaken',
      },
    );
    await tellSweep([]);
    await ledger.settle();
    expect([onHand('MUG'), onHand('LID'), onHand('TEA')]).toEqual([1, 0, 0]);
  });

  it('applies to an item that is told of later, even after a restart', async () => {
    await tellSweep();
    await ledger.settle();
    await ledger.tell([received(10, asOf - 1)]);
    await ledger.settle();
    expect(onHand()).toBe(0);
    const other = await ledger.another();
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await ledger.tell([{ ...received(4, asOf - 1), sku: 'LID' }]);
    await ledger.settle();
    expect(onHand('LID')).toBe(0);
  });

  it('reaches every one of very many items', async () => {
    const skus = Array.from({ length: 1_200 }, (_, number) => `SKU-${number}`);
    await ledger.tell(skus.map((sku) => ({ ...received(1), sku })));
    await tellSweep(['SKU-7']);
    await ledger.settle();
    const left = skus.filter((sku) => main(sku).stock[0]!.onHand !== 0);
    expect(left).toEqual(['SKU-7']);
  });
});

it('the book tells which items a location has, and in what order', async () => {
  await ledger.tell([
    { ...received(1), sku: 'B' },
    { ...received(1), sku: 'A' },
    { ...received(1, 1, { to: shelf('shop') }), sku: 'C' },
    { ...expected('po-1', 1, { location: 'shop' }), sku: 'D' },
  ]);
  await ledger.settle();
  expect(ledger.book.skusAt('main', { limit: 10 })).toEqual(['A', 'B']);
  expect(ledger.book.skusAt('shop', { limit: 10 })).toEqual(['C', 'D']);
  expect(ledger.book.skusAt('main', { after: 'A', limit: 10 })).toEqual(['B']);
  expect(ledger.book.items({ limit: 2 }).map(({ key }) => key)).toEqual(['A', 'B']);
});
