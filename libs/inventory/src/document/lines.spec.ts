import { describe, expect, it } from '@jest/globals';
import { LINE_UNITS_MAX, UNIT } from '#kernel';
import type { Message, MessageType } from '#inventory';
import { line, SET_UP, told } from '../../testing/document-messages.ts';
import { Telling } from '../../testing/telling.ts';

describe('what a line may say of its item', () => {
  const codeOf = (message: Message): unknown => {
    const outcome = new Telling(SET_UP).put(message);
    return typeof outcome === 'object' && 'code' in outcome ? [outcome.code, outcome.pointer] : outcome;
  };

  it('must not be a fraction of an item in whole units', () => {
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

  it('must be possible for each of a kit’s components: nothing of a kit is rounded', () => {
    const blends = (units: number) => codeOf(told('sale.completed', { lines: [line('BLEND', units)] }));
    expect(blends(4)).toMatchObject([{ sku: 'MUG', quantity: 12 * UNIT }]);
    expect(blends(0.5)).toEqual(['QUANTITY_NOT_INTEGER', '/data/lines/0/quantity']);
    expect(blends(LINE_UNITS_MAX)).toEqual(['QUANTITY_OUT_OF_RANGE', '/data/lines/0/quantity']);
  });

  it.each<MessageType>([
    'stock.received',
    'stock.expected',
    'stock.adjusted',
    'stock.moved',
    'stock.counted',
    'stock.snapshot',
  ])('cannot be about a kit in %s', (type) => {
    const lines = [line('BOX', 1, { from: 'sellable', to: 'held' })];
    expect(codeOf(told(type, { lines, reason: 'x', asOf: 1, expectedAt: 1 }))).toEqual([
      'NOT_ALLOWED_FOR_KIT',
      '/data/lines/0',
    ]);
  });

  it('names every location it needs, and waits for all of them', () => {
    const transfer = new Telling(SET_UP);
    transfer.tell(told('transfer.shipped', { from: 'moon', to: 'mars', lines: [line('MUG', 1)] }));

    expect(transfer.told.facts[0]!.parked).toMatchObject([
      { code: 'LOCATION_UNKNOWN', waitsFor: ['location:moon', 'location:mars'], sku: 'MUG' },
    ]);
  });

  it('says once, after all that it waits for, that nobody has to send it again', () => {
    const transfer = new Telling(SET_UP);
    const lines = [line('MUG', 1), { line: '2', listing: 'nope', quantity: UNIT }];
    transfer.tell(told('transfer.shipped', { from: 'moon', to: 'mars', lines }));

    const places = ['moon', 'mars']
      .map((id) => `There is no location "${id}". Define it (PUT /v1/locations/…).`)
      .join(' ');
    expect(transfer.told.facts[0]!.parked.map(({ detail }) => detail)).toEqual([
      `${places} The line is then posted automatically.`,
      expect.stringMatching(/^"\w+" has no listing "nope"\. .*\. The line is then posted automatically\.$/),
    ]);
  });
});

describe('a place that is not active', () => {
  it('is flagged in the answer besides everything else, and when its lines are released', () => {
    const transfer = new Telling(SET_UP);
    const closed = { from: 'closed-attic', to: 'main' };
    const [mug, lid] = [line('MUG', 1), line('LID', 1, { line: '2' })];
    transfer.tell(told('transfer.shipped', { ...closed, lines: [mug, lid] }, { id: 's1' }));
    transfer.tell(told('transfer.received', { ...closed, lines: [line('MUG', 2)] }, { id: 'r1' }));
    expect(transfer.told.facts.map(({ flags }) => flags)).toEqual([['inactive-location'], ['over-receipt']]);
    const items = [...SET_UP.items!, { sku: 'LID' }];
    expect(transfer.releaseNow('wms', 's1', { ...SET_UP, items })?.flags).toEqual([
      'over-receipt',
      'inactive-location',
    ]);
  });

  it.each([
    ['where goods come in', 'transfer.received', { from: 'main', to: 'closed-attic' }, true],
    ['where goods will come in', 'transfer.shipped', { from: 'main', to: 'closed-attic' }, false],
    ['where goods are expected', 'stock.expected', { location: 'closed-attic', expectedAt: 0 }, false],
  ] as const)('%s: %s %j', (_, type, data, isFlagged) => {
    const telling = new Telling(SET_UP);
    telling.tell(told(type, { ...data, lines: [line('MUG', 1)] }));
    expect(telling.told.facts[0]?.flags).toEqual(isFlagged ? ['inactive-location'] : []);
  });

  it.each([
    ['order.placed', 1, true],
    ['order.changed', 1, true],
    ['order.changed', 0, false],
  ] as const)('where a line is to be promised: %s of %i', (type, quantity, isFlagged) => {
    const telling = new Telling(SET_UP);
    telling.tell(
      told(type, { orderId: 'o', lines: [{ ...line('MUG', quantity), location: 'closed-attic' }] }),
    );
    expect(telling.told.facts[0]?.flags).toEqual(isFlagged ? ['inactive-location'] : []);
  });
});
