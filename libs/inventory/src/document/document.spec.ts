import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import type { Message, MessageLine, MessageType } from '#inventory';
import { line, SET_UP, told } from '../../testing/document-messages.ts';
import { sumOf, Telling } from '../../testing/telling.ts';

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

  it.each<[MessageType, object]>([
    ['sale.completed', {}],
    ['sale.returned', {}],
    ['stock.received', {}],
    ['stock.shipped', {}],
    ['stock.adjusted', { reason: 'found' }],
    ['stock.moved', {}],
    ['stock.expected', { expectedAt: 99 }],
    ['stock.counted', {}],
    ['stock.snapshot', { asOf: 3 }],
    ['transfer.shipped', { from: 'main', to: 'shop' }],
    ['transfer.received', { from: 'main', to: 'shop' }],
  ])('%s is in units of the item if a listing of twelve is told', (type, data) => {
    const caseOf = (name: string, units: number) => ({
      ...{ line: name, listing: 'case', quantity: units * UNIT, from: 'sellable', to: 'held' },
    });
    const entries = entriesOf(told(type, { ...data, lines: [caseOf('1', 2), caseOf('2', 1)] }));
    const quantities = entries.map((entry) => ('quantity' in entry ? entry.quantity : 0) as number);
    expect(quantities.reduce((sum, quantity) => sum + quantity, 0)).toBe(36 * UNIT);
  });

  it('names the channel that sold', () => {
    expect(entriesOf(told('sale.completed', { lines: [line('MUG', 1)] }), true)).toMatchObject([
      { channel: 'wms' },
    ]);
    const [move] = entriesOf(told('sale.completed', { lines: [line('MUG', 1)] }));
    expect(move).toMatchObject({ kind: 'move', channel: undefined });
  });

  it('is nothing if goods move to where they are', () => {
    expect(entriesOf(told('stock.moved', { lines: [line('MUG', 2, { from: 'held', to: 'held' })] }))).toEqual(
      [],
    );
  });

  it('concerns the components if a kit is sold', () => {
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

  it('that is complete also says that everything else is 0 there', () => {
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

  it('flags everything that is too much at a place together, in the order in which it came', () => {
    const transfer = new Telling(SET_UP);
    transfer.tell(half('transfer.shipped', 's1', 2, line('MUG', 3)));
    transfer.tell(half('transfer.received', 'r2', 6, line('MUG', 2)));
    transfer.tell(half('transfer.received', 'r1', 4, line('MUG', 2), line('MUG', 1, { line: '2' })));
    transfer.tell(half('transfer.received', 'r3', 8, line('MUG', 4)));
    expect(sumOf(transfer.entries).flags).toEqual({ 'over-receipt MUG shop': 6 });
    expect(transfer.told.facts.map(({ flags }) => flags)).toEqual([
      [],
      [],
      ['over-receipt'],
      ['over-receipt'],
    ]);
  });

  it('is told by two sources, whose messages may have the same id', () => {
    const transfer = new Telling(SET_UP);
    transfer.tell(half('transfer.shipped', 'm1', 2, line('MUG', 3)));
    const received = half('transfer.received', 'm1', 4, line('MUG', 5), line('LID', 1, { line: '2' }));
    transfer.tell({ ...received, source: 'erp' });
    transfer.release('erp', 'm1', { ...SET_UP, items: [...SET_UP.items!, { sku: 'LID' }] });
    expect(sumOf(transfer.entries)).toMatchObject({
      balances: { 'MUG shop/sellable': 5, 'LID shop/sellable': 1 },
      flags: { 'over-receipt MUG shop': 2, 'over-receipt LID shop': 1 },
    });
    expect(transfer.told.facts.map(({ lines }) => lines.length)).toEqual([1, 2]);
  });
});

describe('a receipt of what its own document expected', () => {
  const expected = (id: string, at: number, units: number) =>
    told('stock.expected', { expectedAt: 9, lines: [line('MUG', units)] }, { id, at });
  const received = (id: string, at: number, units: number, more = {}) =>
    told('stock.received', { lines: [line('MUG', units)], ...more }, { id, at });
  const flagsOf = (...messages: Message[]) => {
    const telling = new Telling(SET_UP);
    for (const message of messages) telling.tell(message);
    return telling.told.facts.map(({ flags }) => flags);
  };

  it('is flagged from the message on with which more came than was last expected', () => {
    expect(flagsOf(expected('e1', 1, 5), received('r1', 2, 3), received('r2', 3, 3))).toEqual([
      [],
      [],
      ['over-receipt'],
    ]);
    expect(flagsOf(received('r1', 2, 6), expected('e1', 1, 5))).toEqual([[], ['over-receipt']]);
    const raised = expected('e2', 4, 6);
    expect(flagsOf(expected('e1', 1, 5), received('r1', 2, 6), raised, received('r2', 3, 1))).toEqual([
      [],
      ['over-receipt'],
      [],
      ['over-receipt'],
    ]);
    expect(flagsOf(raised, expected('e1', 1, 5), received('r1', 2, 6)).at(-1)).toEqual([]);
    expect(flagsOf(expected('e1', 1, 5), received('r1', 2, 3), expected('off', 3, 0)).at(-1)).toEqual([]);
  });

  it('is not flagged if it was for the purchase order of another document', () => {
    const other = received('r1', 2, 6, { purchaseOrderId: 'po' });
    expect(flagsOf(expected('e1', 1, 5), other)).toEqual([[], []]);
    const own = received('r1', 2, 6, { purchaseOrderId: 'd1' });
    expect(flagsOf(expected('e1', 1, 5), own)).toEqual([[], ['over-receipt']]);
  });
});
