import { describe, expect, it } from '@jest/globals';
import { UNIT } from '#kernel';
import { line, SET_UP, told } from '../../testing/document-messages.ts';
import { changed, shipped } from '../../testing/order-messages.ts';
import { Telling } from '../../testing/telling.ts';
import type { Message } from '../message.ts';

const BILLION = 1_000_000_000;
/** The most one line may carry, with an odd number of hundred-thousandths. */
const MOST = BILLION - 0.01;

const lines = (count: number, sku: string, units: number) =>
  Array.from({ length: count }, (_, index) => ({ ...line(sku, units), line: String(index) }));

const outcomeOf = (...messages: Message[]) => {
  const telling = new Telling(SET_UP);
  return messages.map((message) => {
    const outcome = telling.put(message);
    return typeof outcome === 'object' && 'code' in outcome ? [outcome.code, outcome.pointer] : 'recorded';
  });
};
const REFUSED = ['QUANTITY_OUT_OF_RANGE', '/data/lines'];

describe('what is told together', () => {
  it('is exact, because a message tells at most 50 billion of one item', () => {
    const fifty = new Telling(SET_UP).tell(told('stock.counted', { lines: lines(50, 'OIL', MOST) }));
    expect(fifty).toMatchObject([{ quantity: 50 * BILLION * UNIT - 50_000 }]);
    expect(outcomeOf(told('stock.counted', { lines: lines(51, 'OIL', MOST) }))).toEqual([REFUSED]);
  });

  it('may be more over several items together', () => {
    const all = [
      ...lines(40, 'MUG', BILLION),
      ...lines(40, 'CUP', BILLION).map((one) => ({ ...one, line: `c${one.line}` })),
    ];
    expect(outcomeOf(told('stock.snapshot', { asOf: 5, lines: all }))).toEqual(['recorded']);
  });

  it('counts the components of kits', () => {
    const kits = lines(60, 'BOX', BILLION / 2);
    expect(outcomeOf(told('stock.shipped', { lines: kits }))).toEqual([REFUSED]);
  });

  it('includes, for an order, all that was ever told of it, parked or not', () => {
    const much = (at: number, sku: string) =>
      changed({ at }, ...Array.from({ length: 25 }, (_, index) => [`${index}`, sku, BILLION] as const));
    const little = shipped({ at: 9 }, ['0', 'MUG', 1]);
    expect(outcomeOf(much(1, 'MUG'), much(2, 'NOBODY-KNOWS'), little)).toEqual([
      'recorded',
      'recorded',
      REFUSED,
    ]);
    expect(outcomeOf(much(1, 'MUG'), little)).toEqual(['recorded', 'recorded']);
  });
});
