import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import { AVAILABILITY, comparePlaces, END, endOf, fromCursor, ORDER, type Place, toCursor } from './place.ts';

const place = (position: number, id = 'MUG'): Place => ({ position, kind: AVAILABILITY, id });
const anyPlace = fc.record({
  position: fc.maxSafeNat(),
  kind: fc.constantFrom(AVAILABILITY, ORDER, END),
  id: fc.string({ unit: 'grapheme', maxLength: 128 }),
});

describe('a cursor', () => {
  it('comes back as the place it was made of', () => {
    fc.assert(
      fc.property(anyPlace, fc.option(fc.maxSafeNat(), { nil: undefined }), (at, ordersAfter) => {
        const whole = ordersAfter === undefined ? at : { ...at, ordersAfter };
        expect(fromCursor('web', toCursor('web', whole))).toEqual(whole);
      }),
    );
  });

  it('is invalid for another channel', () => {
    expect(fromCursor('shop', toCursor('web', place(7)))).toBeUndefined();
  });

  it('is invalid once a character was changed, added or taken away', () => {
    const cursor = toCursor('web', place(7));
    for (let index = 0; index < cursor.length; index++) {
      const other = cursor[index] === 'A' ? 'B' : 'A';
      expect(fromCursor('web', cursor.slice(0, index) + other + cursor.slice(index + 1))).toBeUndefined();
      expect(fromCursor('web', cursor.slice(0, index))).toBeUndefined();
    }
    expect(fromCursor('web', `${cursor}A`)).toBeUndefined();
    expect(fromCursor('web', `${cursor}=`)).toBeUndefined();
  });

  it.each(['', ' ', '0', '42', 'null', 'ä', 'A'.repeat(5_000)])('is not %j', (text) => {
    expect(fromCursor('web', text)).toBeUndefined();
  });
});

describe('a cursor that somebody made up', () => {
  /** With the right sum over it: that one finds damage and proves nothing. */
  const madeUp = (fields: unknown): string => {
    const text = typeof fields === 'string' ? fields : JSON.stringify(fields);
    const sum = crc32(`web\n${text}`).toString(16).padStart(8, '0');
    return Buffer.from(sum + text).toString('base64url');
  };

  it('is valid where it names a place', () => {
    expect(fromCursor('web', madeUp([7, AVAILABILITY, 'MUG']))).toEqual(place(7));
  });

  it.each([
    [['7', AVAILABILITY, 'MUG']],
    [[-1, AVAILABILITY, 'MUG']],
    [[7.5, AVAILABILITY, 'MUG']],
    [[7, 3, 'MUG']],
    [[7, AVAILABILITY, 8]],
    [[7, AVAILABILITY, 'MUG', -1]],
    [[7, AVAILABILITY, 'MUG', '6']],
    [[7, AVAILABILITY, 'MUG', 6, 5]],
    [{ position: 7 }],
    ['[7, 0, "MUG"]'],
    ['[7,0,'],
  ])('is invalid where it does not: %j', (fields) => {
    expect(fromCursor('web', madeUp(fields))).toBeUndefined();
  });
});

describe('places', () => {
  it('order by position, then listings before orders, then the id; the end of a position is last', () => {
    const inOrder: Place[] = [
      endOf(4),
      place(5, 'A'),
      place(5, 'B'),
      { ...place(5, 'A'), kind: ORDER },
      endOf(5),
      place(6),
    ];
    expect([...inOrder].reverse().sort(comparePlaces)).toEqual(inOrder);
  });
});
