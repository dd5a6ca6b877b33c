import { UNIT } from '#kernel';
import type { Message } from '#inventory';
import { line, SET_UP, told } from '../../testing/document-messages.ts';
import { sumOf, Telling } from '../../testing/telling.ts';
import { TOLD_LINES_MAX } from './record-fact.ts';
import { isSameContent } from './same-content.ts';

describe('the same content', () => {
  const placed = {
    reservationId: undefined,
    orderId: 'o',
    lines: [{ line: '1', sku: 'MUG', quantity: UNIT }],
  };
  const message = (data: object, more: object = {}): Message =>
    ({ source: 'web', id: 'm', type: 'order.placed', occurredAt: 1, data, ...more }) as unknown as Message;

  it('is known by source and id, however much was told of it', () => {
    const transfer = new Telling(SET_UP);
    const part = (source: string, id: string) => ({
      ...told('transfer.shipped', { from: 'main', to: 'shop', lines: [line('MUG', 1)] }, { id }),
      source,
    });
    const ids = Array.from({ length: 20 }, (_, index) => `m${index}`);
    for (const id of ids) {
      for (const source of ['wms', 'erp']) {
        transfer.tell(part(source, id));
        expect(transfer.put(part(source, id))).toBe('repeated');
      }
    }
    expect(ids.map((id) => transfer.put(part('wms', id)))).toEqual(ids.map(() => 'repeated'));
    expect(sumOf(transfer.entries).balances).toMatchObject({ 'MUG shop/in-transit': 40 });
  });

  it('is different if anything in it is', () => {
    const data = { orderId: 'o', lines: [line('MUG', 1), line('CUP', 1, { line: '2' })] };
    const attributes = { gift: 'yes', note: 'blue' };
    const first = message({ ...data, attributes });
    const others = [
      message({ ...data, attributes }, { type: 'order.changed' }),
      message({ ...data, attributes: { gift: 'yes' } }),
      message({ ...data, attributes: { ...attributes, note: 'red' } }),
      message({ ...data, attributes: null }),
      message({ ...data, attributes: ['yes', 'blue'] }),
      message({ ...data, attributes, lines: [...data.lines].reverse() }),
      message({ ...data, attributes, lines: { 0: data.lines[0], 1: data.lines[1] } }),
      message({ ...data, attributes, lines: [data.lines[0], { ...data.lines[1], quantity: 2 * UNIT }] }),
    ];
    for (const other of others) {
      expect([isSameContent(first, other), isSameContent(other, first)]).toEqual([false, false]);
    }
    expect(isSameContent(first, structuredClone(first))).toBe(true);
  });

  it('is the same if a default is written out', () => {
    const count = { documentId: 'd', location: 'main', asOf: 0, lines: [line('MUG', 1)] };
    const [unsaid, said, whole] = [{}, { complete: false }, { complete: true }].map((more) =>
      told('stock.snapshot', { ...count, ...more }),
    ) as [Message, Message, Message];
    expect([isSameContent(unsaid, said), isSameContent(said, unsaid)]).toEqual([true, true]);
    expect([isSameContent(unsaid, whole), isSameContent(whole, said)]).toEqual([false, false]);
    const [none, some] = [{}, { lot: '7' }].map((attributes) =>
      told('stock.snapshot', { ...count, attributes }),
    ) as [Message, Message];
    expect([isSameContent(unsaid, none), isSameContent(none, unsaid)]).toEqual([true, true]);
    expect([isSameContent(unsaid, some), isSameContent(some, none)]).toEqual([false, false]);
  });

  it('does not depend on the order of keys, the extensions, or a channel that goes without saying', () => {
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

describe('what is told of one order or transfer', () => {
  const placed = (id: string, lines: number): Message =>
    told(
      'order.placed',
      { orderId: 'o', lines: Array.from({ length: lines }, () => line('MUG', 1)) },
      { id },
    );

  it('is bounded, because each fact is derived from all of it; a repeat is still a repeat', () => {
    const order = new Telling(SET_UP);
    Object.assign(order.told, { lineCount: TOLD_LINES_MAX - 2 });
    order.tell(placed('m1', 1));
    order.tell(told('order.cancelled', { orderId: 'o' }, { id: 'm2' }));
    expect(order.put(placed('m3', 1))).toMatchObject({ code: 'TOO_MANY_LINES' });
    expect(order.put(placed('m1', 1))).toBe('repeated');
  });

  it('is not bounded for a document: what each of its messages does stands by itself', () => {
    const count = new Telling(SET_UP);
    Object.assign(count.told, { lineCount: TOLD_LINES_MAX });
    expect(count.tell(told('stock.counted', { lines: [line('MUG', 1)] }))).toHaveLength(1);
  });
});
