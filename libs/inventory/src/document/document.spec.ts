import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import type { Message, MessageLine, MessageType } from '#inventory';
import { type SetUp, sumOf, Telling } from '../../testing/telling.ts';

const SET_UP: SetUp = {
  items: [
    { sku: 'MUG' },
    { sku: 'CUP' },
    { sku: 'OIL', decimals: 2 },
    {
      sku: 'BOX',
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'CUP', quantity: UNIT },
      ],
    },
  ],
  listings: [
    { channel: 'wms', listing: 'case', sku: 'MUG', unitsPer: 12 * UNIT },
    { channel: 'wms', listing: 'drop', sku: 'OIL', unitsPer: 0.005 * UNIT },
  ],
  locations: ['main', 'shop', 'closed-attic'],
};

const line = (
  sku: string,
  units: number,
  more: Partial<MessageLine> & { from?: string; to?: string } = {},
) => ({
  line: '1',
  sku,
  quantity: units * UNIT,
  ...more,
});

/** A message of document `d1`, told by `wms` at time 5. */
function told(
  type: MessageType,
  data: object,
  more: { id?: string; at?: number; sequence?: number } = {},
): Message {
  const { id = 'm1', at = 5, ...rest } = more;
  const names: Record<string, object> = {
    'sale.completed': { saleId: 'd1', location: 'main' },
    'sale.returned': { returnId: 'd1', location: 'main' },
    'transfer.shipped': { transferId: 'd1' },
    'transfer.received': { transferId: 'd1' },
  };
  const kept = names[type] ?? { documentId: 'd1', location: 'main' };
  return {
    source: 'wms',
    id,
    type,
    occurredAt: at,
    ...rest,
    data: { ...kept, ...data },
  } as unknown as Message;
}

const entriesOf = (message: Message, isByChannel = false) => new Telling(SET_UP, isByChannel).tell(message);

describe('what a document does to stock', () => {
  const key = { at: 5, source: 'wms', id: 'm1', document: 'd1' };

  it.each<[MessageType, object, object]>([
    ['sale.completed', { lines: [line('MUG', 2)] }, { from: 'main/sellable', to: 'customer', cause: 'sale' }],
    [
      'sale.returned',
      { lines: [line('MUG', 2, { disposition: 'damaged' })] },
      { from: 'customer', to: 'main/damaged', cause: 'sale-return' },
    ],
    [
      'stock.received',
      { lines: [line('MUG', 2)] },
      { from: 'supplier', to: 'main/sellable', cause: 'receipt', expectation: 'd1' },
    ],
    [
      'stock.received',
      { purchaseOrderId: 'po', lines: [line('MUG', 2, { disposition: 'inspection' })] },
      { from: 'supplier', to: 'main/inspection', expectation: 'po' },
    ],
    [
      'stock.shipped',
      { lines: [line('MUG', 2)] },
      { from: 'main/sellable', to: 'customer', cause: 'goods-issue' },
    ],
    [
      'stock.adjusted',
      { reason: 'found', lines: [line('MUG', 2)] },
      { from: 'adjustment', to: 'main/sellable', cause: 'adjustment' },
    ],
    [
      'stock.adjusted',
      { reason: 'lost', lines: [line('MUG', -2)] },
      { from: 'main/sellable', to: 'adjustment' },
    ],
    [
      'stock.moved',
      { lines: [line('MUG', 2, { from: 'sellable', to: 'held' })] },
      { from: 'main/sellable', to: 'main/held', cause: 'move' },
    ],
    [
      'transfer.shipped',
      { from: 'main', to: 'shop', lines: [line('MUG', 2)] },
      { from: 'main/sellable', to: 'shop/in-transit', cause: 'transfer' },
    ],
    [
      'transfer.received',
      { from: 'main', to: 'shop', lines: [line('MUG', 2)] },
      { from: 'shop/in-transit', to: 'shop/sellable' },
    ],
  ])('%s', (type, data, move) => {
    expect(entriesOf(told(type, data, { sequence: 8 }))).toEqual([
      expect.objectContaining({ kind: 'move', key, sku: 'MUG', quantity: 2 * UNIT, sequence: 8, ...move }),
    ]);
  });

  it('names the channel that sold', () => {
    expect(entriesOf(told('sale.completed', { lines: [line('MUG', 1)] }), true)).toMatchObject([
      { channel: 'wms' },
    ]);
    const [move] = entriesOf(told('sale.completed', { lines: [line('MUG', 1)] }));
    expect(move).toMatchObject({ kind: 'move', channel: undefined });
  });

  it('is nothing where goods move to where they are', () => {
    expect(entriesOf(told('stock.moved', { lines: [line('MUG', 2, { from: 'held', to: 'held' })] }))).toEqual(
      [],
    );
  });

  it('is about the components where a kit is sold', () => {
    expect(sumOf(entriesOf(told('sale.completed', { lines: [line('BOX', 3)] }))).balances).toEqual({
      'MUG main/sellable': -6,
      'MUG customer': 6,
      'CUP main/sellable': -3,
      'CUP customer': 3,
    });
  });

  it('is an absolute expectation, lines of one item together', () => {
    const lines = [line('MUG', 2), line('MUG', 3, { line: '2' }), line('CUP', 0, { line: '3' })];
    expect(entriesOf(told('stock.expected', { expectedAt: 99, lines }))).toMatchObject([
      { kind: 'expect', sku: 'MUG', quantity: 5 * UNIT, documentId: 'd1', expectedAt: 99 },
      { kind: 'expect', sku: 'CUP', quantity: 0 },
    ]);
  });
});

describe('a count', () => {
  it('anchors each item and disposition at its time, two shelves of one place together', () => {
    const lines = [
      line('MUG', 2),
      line('MUG', 3, { line: '2' }),
      line('MUG', 1, { line: '3', disposition: 'damaged' }),
    ];
    expect(entriesOf(told('stock.counted', { lines }))).toMatchObject([
      {
        kind: 'count',
        sku: 'MUG',
        disposition: 'sellable',
        quantity: 5 * UNIT,
        key: { at: 5 },
        cause: 'count',
      },
      { kind: 'count', sku: 'MUG', disposition: 'damaged', quantity: UNIT },
    ]);
  });

  it('tells of a line that was parked when it comes, under the same key', () => {
    const count = new Telling({ ...SET_UP, listings: [] });
    count.tell(
      told('stock.counted', { lines: [line('MUG', 2), { line: '2', listing: 'case', quantity: UNIT }] }),
    );

    expect(count.release('wms', 'm1', SET_UP)).toMatchObject([
      { kind: 'count', sku: 'MUG', quantity: 12 * UNIT, key: { at: 5, id: 'm1' } },
    ]);
  });
});

describe('a snapshot', () => {
  const snapshot = (id: string, complete: boolean, ...skus: string[]): Message =>
    told(
      'stock.snapshot',
      {
        asOf: 3,
        watermark: 70,
        complete,
        lines: skus.map((sku, index) => line(sku, 4, { line: String(index) })),
      },
      { id },
    );

  it('anchors what it lists at its asOf', () => {
    expect(entriesOf(snapshot('m1', false, 'MUG'))).toMatchObject([
      { kind: 'count', cause: 'snapshot', key: { at: 3, id: 'm1' }, quantity: 4 * UNIT, watermark: 70 },
    ]);
  });

  it('that is complete also says that all else is 0 there', () => {
    expect(entriesOf(snapshot('m1', true, 'MUG', 'CUP', 'MUG'))).toMatchObject([
      { kind: 'count', sku: 'MUG', quantity: 8 * UNIT },
      { kind: 'count', sku: 'CUP' },
      { kind: 'sweep', location: 'main', key: { at: 3, id: 'm1' }, watermark: 70, listed: ['MUG', 'CUP'] },
    ]);
  });

  it('that is complete says so once, as soon as its place is known', () => {
    const early = new Telling({ ...SET_UP, items: [] });
    expect(early.tell(snapshot('m1', true, 'MUG'))).toMatchObject([{ kind: 'sweep', listed: [] }]);
    expect(early.release('wms', 'm1', SET_UP)).toMatchObject([{ kind: 'count' }]);

    const late = new Telling({ items: [{ sku: 'MUG' }] });
    expect(late.tell(snapshot('m1', true, 'MUG', 'CUP'))).toEqual([]);
    expect(late.release('wms', 'm1', { ...SET_UP, items: [{ sku: 'MUG' }] })).toMatchObject([
      { kind: 'count', sku: 'MUG' },
      { kind: 'sweep', listed: ['MUG'] },
    ]);
    expect(late.release('wms', 'm1', SET_UP)).toMatchObject([{ kind: 'count', sku: 'CUP' }]);
  });
});

describe('a transfer', () => {
  const half = (
    type: 'transfer.shipped' | 'transfer.received',
    id: string,
    at: number,
    ...lines: MessageLine[]
  ) => told(type, { from: 'main', to: 'shop', lines }, { id, at });

  it('flags what was received beyond what was shipped, once that is known, and clears it', () => {
    const transfer = new Telling(SET_UP);
    transfer.tell(half('transfer.received', 'r1', 4, line('MUG', 3)));
    expect(sumOf(transfer.entries).flags).toEqual({});

    transfer.tell(half('transfer.shipped', 's1', 2, line('BOX', 1)));
    expect(sumOf(transfer.entries)).toEqual({
      balances: {
        'MUG main/sellable': -2,
        'MUG shop/in-transit': -1,
        'MUG shop/sellable': 3,
        'CUP main/sellable': -1,
        'CUP shop/in-transit': 1,
      },
      open: {},
      flags: { 'over-receipt MUG shop': 1 },
    });
    transfer.tell(half('transfer.shipped', 's2', 6, line('MUG', 1)));
    expect(sumOf(transfer.entries).flags).toEqual({});
  });
});

describe('what a line may say of its item', () => {
  const codeOf = (message: Message): unknown => {
    const outcome = new Telling(SET_UP).put(message);
    return typeof outcome === 'object' && 'code' in outcome ? [outcome.code, outcome.pointer] : outcome;
  };

  it('is no fraction of what comes in whole units', () => {
    expect(codeOf(told('stock.received', { lines: [line('MUG', 1.5)] }))).toEqual([
      'QUANTITY_NOT_INTEGER',
      '/data/lines/0/quantity',
    ]);
    expect(codeOf(told('stock.received', { lines: [line('OIL', 1.25), line('OIL', 1.125)] }))).toEqual([
      'QUANTITY_TOO_PRECISE',
      '/data/lines/1/quantity',
    ]);
  });

  it('is measured in units of the item, not of the listing', () => {
    const caseLine = (quantity: number) => ({ line: '1', listing: 'case', quantity });
    expect(codeOf(told('stock.received', { lines: [caseLine(0.25 * UNIT)] }))).toMatchObject([
      { quantity: 3 * UNIT },
    ]);
    expect(codeOf(told('stock.received', { lines: [caseLine(0.1 * UNIT)] }))).toMatchObject([
      'QUANTITY_NOT_INTEGER',
      expect.anything(),
    ]);
    expect(codeOf(told('stock.received', { lines: [caseLine(100_000_000 * UNIT)] }))).toMatchObject([
      'QUANTITY_OUT_OF_RANGE',
      expect.anything(),
    ]);
    expect(
      codeOf(told('stock.received', { lines: [{ line: '1', listing: 'drop', quantity: UNIT }] })),
    ).toMatchObject(['QUANTITY_TOO_PRECISE', expect.anything()]);
    expect(codeOf(told('stock.adjusted', { reason: 'x', lines: [caseLine(-UNIT)] }))).toMatchObject([
      { from: 'main/sellable', quantity: 12 * UNIT },
    ]);
  });

  it.each<MessageType>([
    'stock.received',
    'stock.expected',
    'stock.adjusted',
    'stock.moved',
    'stock.counted',
    'stock.snapshot',
  ])('is nothing of a kit in %s', (type) => {
    const lines = [line('BOX', 1, { from: 'sellable', to: 'held' })];
    expect(codeOf(told(type, { lines, reason: 'x', asOf: 1, expectedAt: 1 }))).toEqual([
      'NOT_ALLOWED_FOR_KIT',
      '/data/lines/0',
    ]);
  });

  it('names every place it needs, and waits for all of them', () => {
    const transfer = new Telling(SET_UP);
    transfer.tell(told('transfer.shipped', { from: 'moon', to: 'mars', lines: [line('MUG', 1)] }));

    expect(transfer.told.facts[0]!.parked).toMatchObject([
      { code: 'LOCATION_UNKNOWN', waitsFor: ['location:moon', 'location:mars'], sku: 'MUG' },
    ]);
  });
});

describe('the same content', () => {
  const placed = {
    reservationId: undefined,
    orderId: 'o',
    lines: [{ line: '1', sku: 'MUG', quantity: UNIT }],
  };
  const message = (data: object, more: object = {}): Message =>
    ({ source: 'web', id: 'm', type: 'order.placed', occurredAt: 1, data, ...more }) as unknown as Message;

  it('is told whatever the order of keys, the extensions, and a channel that goes without saying', () => {
    const telling = new Telling(SET_UP);
    telling.tell(message(placed));

    expect(telling.put(message({ lines: placed.lines, channel: 'web', orderId: 'o' }, { sequence: 3 }))).toBe(
      'repeated',
    );
    expect(telling.put(message({ ...placed, customerRef: 'c' }))).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
    expect(telling.put(message({ ...placed, lines: [...placed.lines, ...placed.lines] }))).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
    expect(telling.put(message(placed, { occurredAt: 2 }))).toMatchObject({
      code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    });
  });
});
