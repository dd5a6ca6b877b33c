import { UNIT } from '#kernel';
import { keyAt, open, shipped } from '../../testing/entries.ts';
import { ask, committed, reserved, stocked } from '../../testing/mugs.ts';
import type { HoldEnd } from '../entry.ts';
import type { Reserve } from './item-command.ts';
import { claimsOf } from './item-readers.ts';

const HOUR = 3_600_000;

const reserve = (units: number, more: Partial<Reserve> = {}): Reserve => ({
  type: 'reserve',
  reservationId: 'r-1',
  request: 0,
  channel: 'web',
  wanted: [{ quantity: units * UNIT }],
  partial: false,
  expiresAt: HOUR,
  step: UNIT,
  ...more,
});

const ended = (end: HoldEnd['end'], more: Partial<HoldEnd> = {}): HoldEnd => ({
  kind: 'hold',
  key: keyAt(5),
  sku: 'MUG',
  reservationId: 'r-1',
  request: 0,
  end,
  ...more,
});

describe('an order line', () => {
  it('is committed at the first location of the channel that can fulfil all of it', () => {
    const books = stocked(2, 3);
    books.post([open('1', 3)]);
    expect(committed(books)).toEqual({ shop: 3 });
  });

  it('is committed at the first location if none can fulfil it', () => {
    const books = stocked(2, 1);
    books.post([open('1', 3)]);
    expect(committed(books)).toEqual({ main: 3 });
  });

  it('is committed where the channel wants it', () => {
    const books = stocked(9, 0);
    books.post([open('1', 3, { location: 'shop' })]);
    expect(committed(books)).toEqual({ shop: 3 });
  });

  it('avoids inactive locations, but stays with the channel’s own if there is no other', () => {
    const some = stocked(9, 9, { isActive: (location) => location === 'shop' });
    some.post([open('1', 3)]);
    expect(committed(some)).toEqual({ shop: 3 });
    const none = stocked(9, 9, { isActive: () => false });
    none.post([open('1', 3)]);
    expect(committed(none)).toEqual({ main: 3 });
    const nowhere = stocked(9, 9, { locationsOf: () => [] });
    nowhere.post([open('1', 3)]);
    expect(committed(nowhere)).toEqual({ unassigned: 3 });
  });

  it('is absolute: what is told again commits only what is missing', () => {
    const books = stocked(9);
    books.post([open('1', 3)]);
    books.post([open('1', 3)]);
    books.post([open('1', 5)]);
    expect(committed(books)).toEqual({ main: 5 });
    books.post([open('1', 0)]);
    expect(committed(books)).toEqual({});
    expect(books.state('MUG').commitments).toEqual({});
    expect(claimsOf(books.state('MUG'), 'web')).toMatchObject({ committed: 0 });
  });

  it('is released first at the location that just shipped, then where it was promised last', () => {
    const books = stocked(9, 9);
    books.post([open('1', 3, { location: 'main' })]);
    books.post([open('1', 5, { location: 'shop' })]);
    books.post([open('1', 4, { near: 'main' })]);
    expect(committed(books)).toEqual({ main: 2, shop: 2 });
    books.post([open('1', 3)]);
    expect(committed(books)).toEqual({ main: 2, shop: 1 });
    const released = books.book('MUG').stream.filter(({ type }) => type === 'CommitmentReleased');
    expect(released.map(({ data }) => data)).toMatchObject([
      { location: 'main', quantity: UNIT },
      { location: 'shop', quantity: UNIT },
    ]);
  });

  it('is one fact with the goods that leave: channels are told only after the last event', () => {
    const books = stocked(9);
    books.post([open('1', 3)]);
    books.post([open('1', 0, { near: 'main' }), shipped('1', 3)]);
    const [released, moved] = books.book('MUG').stream.slice(-2);
    expect(released).toMatchObject({ type: 'CommitmentReleased', data: { more: true } });
    expect(moved!.type).toBe('MovementPosted');
    expect(moved!.data.more).toBeUndefined();
  });
});

describe('a hold', () => {
  it('takes from the first location that has all of it, else from each in turn', () => {
    const books = stocked(2, 5);
    ask(books, reserve(3));
    expect(reserved(books)).toEqual({ shop: 3 });
    ask(books, reserve(4, { reservationId: 'r-2' }));
    expect(reserved(books)).toEqual({ main: 2, shop: 5 });
  });

  it('takes pinned lines where they are pinned, before the others', () => {
    const books = stocked(3, 3);
    ask(books, reserve(0, { wanted: [{ quantity: 3 * UNIT }, { quantity: 2 * UNIT, location: 'main' }] }));
    expect(reserved(books)).toEqual({ main: 2, shop: 3 });
  });

  it('is all or nothing, of all its lines together', () => {
    const books = stocked(3);
    const two = { quantity: 2 * UNIT };
    expect(ask(books, reserve(0, { wanted: [two, two] }))).toEqual({
      events: [],
      answer: expect.objectContaining({
        code: 'INSUFFICIENT_STOCK',
        facts: { requested: 4 * UNIT, available: 3 * UNIT },
      }),
    });
  });

  it('never exceeds what the channel may sell, all its lines together, whatever is on hand', () => {
    const books = stocked(9, 0, { reservable: () => 2.5 * UNIT });
    expect(ask(books, reserve(3)).answer).toMatchObject({ facts: { available: 2 * UNIT } });
    expect(ask(stocked(9, 0, { reservable: () => -3 }), reserve(1)).answer).toMatchObject({
      facts: { available: 0 },
    });
    const lines = [{ quantity: 2 * UNIT, location: 'main' }, { quantity: UNIT }, { quantity: UNIT }];
    const few = stocked(9, 9, { reservable: () => 3 * UNIT });
    expect(ask(few, reserve(0, { wanted: lines })).answer).toMatchObject({
      facts: { requested: 4 * UNIT, available: 3 * UNIT },
    });
    ask(few, reserve(0, { wanted: lines, partial: true }));
    expect(reserved(few)).toEqual({ main: 3 });
  });

  it('takes as much as there is, if a part is enough', () => {
    const books = stocked(2, 1);
    ask(books, reserve(5, { partial: true }));
    expect(reserved(books)).toEqual({ main: 2, shop: 1 });
    const none = ask(books, reserve(5, { partial: true, reservationId: 'r-2' }));
    expect(none.answer).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
  });

  it('cannot be at an inactive location, or at one of other channels', () => {
    const pinned = { wanted: [{ quantity: UNIT, location: 'shop' }] };
    const inactive = stocked(0, 9, { isActive: () => false });
    const none = { code: 'INSUFFICIENT_STOCK', facts: { requested: UNIT, available: 0 } };
    expect(ask(inactive, reserve(1, pinned)).answer).toMatchObject(none);
    const others = stocked(0, 9, { locationsOf: () => ['main'] });
    expect(ask(others, reserve(1, pinned)).answer).toMatchObject(none);
  });

  it('that is asked for again is the existing one', () => {
    const books = stocked(5);
    ask(books, reserve(3));
    const again = ask(books, reserve(3));
    expect(again.events).toEqual([]);
    expect(again.answer).toMatchObject({
      repeated: { type: 'StockReserved', data: { reservationId: 'r-1' } },
    });
  });

  it('that is only asked about takes nothing', () => {
    const books = stocked(5);
    expect(ask(books, reserve(3, { probe: true }))).toEqual({ events: [], answer: undefined });
    expect(ask(books, reserve(6, { probe: true })).answer).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
  });

  it('that is past its deadline is gone in every decision, whatever is decided', () => {
    const books = stocked(3);
    ask(books, reserve(3, { expiresAt: HOUR }));
    expect(
      ask(books, reserve(1, { reservationId: 'r-2', expiresAt: 3 * HOUR }), HOUR - 1).answer,
    ).toMatchObject({
      code: 'INSUFFICIENT_STOCK',
    });
    ask(books, reserve(3, { reservationId: 'r-2', expiresAt: 3 * HOUR }), HOUR);
    expect(Object.keys(books.state('MUG').holds)).toEqual([':r-2']);
    expect(reserved(books)).toEqual({ main: 3 });
  });

  it('ends at its own deadline, whichever of several was made first, extended or released', () => {
    const books = stocked(9);
    const until = (reservationId: string, hours: number) =>
      reserve(1, { reservationId, expiresAt: hours * HOUR });
    const heldAfter = (hours: number): string[] => {
      ask(books, reserve(9, { probe: true }), hours * HOUR);
      return Object.keys(books.state('MUG').holds);
    };
    for (const hold of [until('a', 4), until('b', 2), until('c', 3), until('d', 5)]) ask(books, hold);
    ask(books, { type: 'end-hold', reservationId: 'c', end: 'extended', expiresAt: 6 * HOUR });
    ask(books, { type: 'end-hold', reservationId: 'b', end: 'released' });
    expect(books.state('MUG').deadline).toBe(4 * HOUR);
    expect(heldAfter(3)).toEqual([':a', ':c', ':d']);
    expect(heldAfter(4)).toEqual([':c', ':d']);
    expect(claimsOf(books.state('MUG'), 'web')).toMatchObject({ reserved: 2 * UNIT });
    expect(heldAfter(6)).toEqual([]);
    expect(books.state('MUG').deadline).toBeUndefined();
    expect(claimsOf(books.state('MUG'), 'web')).toMatchObject({ reserved: 0 });
  });

  it('ends at its deadline even if the request that notices it is refused', () => {
    const books = stocked(3);
    ask(books, reserve(3, { expiresAt: HOUR }));
    const decision = ask(books, reserve(9, { reservationId: 'r-2', expiresAt: 3 * HOUR }), HOUR);
    expect(decision.answer).toMatchObject({ code: 'INSUFFICIENT_STOCK' });
    expect(decision.events).toMatchObject([{ type: 'ReservationEnded', data: { end: 'expired' } }]);
  });

  it('can be reduced to what is used of it', () => {
    const books = stocked(2, 5);
    ask(books, reserve(7));
    ask(books, { type: 'trim-hold', reservationId: 'r-1', quantity: 3 * UNIT });
    expect(reserved(books)).toEqual({ main: 2, shop: 1 });
    ask(books, { type: 'trim-hold', reservationId: 'r-1', quantity: 0 });
    expect(reserved(books)).toEqual({});
  });

  it('can only have its deadline moved later, never earlier', () => {
    const books = stocked(3);
    ask(books, reserve(3));
    const extend = (expiresAt: number) =>
      ask(books, { type: 'end-hold', reservationId: 'r-1', end: 'extended', expiresAt });
    expect(extend(2 * HOUR).events).toHaveLength(1);
    expect(extend(HOUR).events).toEqual([]);
    expect(books.state('MUG').deadline).toBe(2 * HOUR);
    expect(
      ask(books, { type: 'end-hold', reservationId: 'r-9', end: 'extended', expiresAt: 1 }).answer,
    ).toMatchObject({
      code: 'RESERVATION_TERMINAL',
    });
  });

  it('that was made again does not end with the first one', () => {
    const books = stocked(3);
    ask(books, reserve(3));
    books.post([ended('released')]);
    ask(books, reserve(3, { request: 2 }));
    books.post([ended('released')]);
    ask(books, { type: 'end-hold', reservationId: 'r-1', request: 0, end: 'released' });
    expect(reserved(books)).toEqual({ main: 3 });
    ask(books, { type: 'end-hold', reservationId: 'r-1', end: 'expired' });
    expect(reserved(books)).toEqual({});
  });

  it('is given back once', () => {
    const books = stocked(3);
    ask(books, reserve(3));
    books.post([ended('released')]);
    books.post([ended('expired')]);
    expect(reserved(books)).toEqual({});
    expect(books.book('MUG').stream.filter(({ type }) => type === 'ReservationEnded')).toHaveLength(1);
  });
});

describe('a confirmed reservation', () => {
  const confirmed = (units: number): HoldEnd =>
    ended('confirmed', { channel: 'web', orderId: '1', quantity: units * UNIT });

  it('is promised to the order where it was held, and the rest is free', () => {
    const books = stocked(9, 9);
    ask(books, reserve(12));
    books.post([confirmed(10)]);
    expect([committed(books), reserved(books)]).toEqual([{ main: 9, shop: 1 }, {}]);
  });

  it('is not promised twice when the order comes', () => {
    const books = stocked(0, 9);
    ask(books, reserve(5));
    books.post([confirmed(5)]);
    books.post([open('1', 3), open('1', 2, { line: '2' })]);
    expect(committed(books)).toEqual({ shop: 5 });
    expect(books.state('MUG').commitments['web/1']!.map(({ line }) => line)).toEqual(['1', '2']);
  });

  it('promises no more than the order’s own lines once these are told', () => {
    const books = stocked(9);
    ask(books, reserve(5));
    books.post([confirmed(5)]);
    const settle = { kind: 'settle', sku: 'MUG', key: keyAt(6), channel: 'web', orderId: '1' } as const;
    ask(books, {
      ...{ type: 'post', journal: 1_000, recordedAt: 0, cause: 'order' },
      entries: [open('1', 3), settle],
    });
    expect(committed(books)).toEqual({ main: 3 });
  });

  it('is used up by goods that ship before the order has named its lines, first at the location that ships', () => {
    const books = stocked(9, 9);
    ask(books, reserve(12));
    books.post([confirmed(10)]);
    books.post([shipped('2', 1, 6, 'shop')]);
    expect(committed(books)).toEqual({ main: 9, shop: 1 });
    books.post([shipped('1', 4, 6, 'shop')]);
    expect(committed(books)).toEqual({ main: 6 });
    expect(books.book('MUG').stream.at(-1)).toMatchObject({ type: 'MovementPosted' });
    books.post([open('1', 6)]);
    expect(committed(books)).toEqual({ main: 6 });
    expect(books.state('MUG').exceptions).toEqual({});
  });

  it('is not used up by goods that a line of its order has open', () => {
    const books = stocked(9);
    ask(books, reserve(7));
    books.post([confirmed(7)]);
    books.post([open('1', 5)]);
    books.post([open('1', 2, { near: 'main' }), shipped('1', 3)]);
    expect(committed(books)).toEqual({ main: 4 });
  });

  it('is promised even if its hold expired on the way, and flagged if others have the units by then', () => {
    const books = stocked(9);
    books.post([confirmed(5)]);
    expect(committed(books)).toEqual({ main: 5 });
    expect(books.state('MUG').exceptions).toEqual({});
    const late = stocked(4);
    late.post([confirmed(5)]);
    expect(late.state('MUG').exceptions).toMatchObject({ 'oversell/main/web/1': { quantity: UNIT } });
  });

  it('by an order gives it what was held, and the order’s lines replace it', () => {
    const books = stocked(2, 9);
    ask(books, reserve(6, { wanted: [{ quantity: 6 * UNIT, location: 'shop' }] }));
    const hold = { reservationId: 'r-1' };
    books.post([open('1', 2, hold), open('1', 1, { line: '2', ...hold })]);
    expect([committed(books), reserved(books)]).toEqual([{ shop: 3 }, {}]);
  });

  it('by an order whose line is pinned elsewhere is promised there', () => {
    const books = stocked(5, 9);
    ask(books, reserve(5));
    books.post([open('1', 5, { location: 'shop', reservationId: 'r-1' })]);
    expect([committed(books), reserved(books)]).toEqual([{ shop: 5 }, {}]);
  });

  it('is promised anew where a line of its order is pinned, beginning with what is there', () => {
    const books = stocked(5, 9);
    ask(books, reserve(0, { wanted: [{ quantity: 5 * UNIT }, { quantity: 2 * UNIT, location: 'shop' }] }));
    books.post([confirmed(7)]);
    books.post([open('1', 3, { location: 'shop' }), open('1', 4, { line: '2' })]);
    expect(committed(books)).toEqual({ main: 4, shop: 3 });
  });

  it('by an order of several lines gives each unit to one of them', () => {
    const books = stocked(3, 9);
    ask(books, reserve(3));
    const hold = { reservationId: 'r-1' };
    books.post([open('1', 2, hold), open('1', 2, { line: '2', ...hold })]);
    expect([committed(books), reserved(books)]).toEqual([{ main: 3, shop: 1 }, {}]);
  });

  it('by an order for more than was held takes the rest wherever it can', () => {
    const books = stocked(9, 3);
    ask(books, reserve(3, { wanted: [{ quantity: 3 * UNIT, location: 'shop' }] }));
    books.post([open('1', 5, { reservationId: 'r-1' })]);
    expect(committed(books)).toEqual({ shop: 3, main: 2 });
  });

  it('by an order for less than was held promises it nothing at the places it does not need', () => {
    const books = stocked(2, 9);
    const wanted = [
      { quantity: 2 * UNIT, location: 'main' },
      { quantity: UNIT, location: 'shop' },
    ];
    ask(books, reserve(0, { wanted }));
    books.post([open('1', 1, { reservationId: 'r-1' })]);
    expect([committed(books), reserved(books)]).toEqual([{ main: 1 }, {}]);
    expect(books.state('MUG').commitments['web/1']).toHaveLength(1);
  });

  it('by an order that has nothing open any more is over', () => {
    const books = stocked(9);
    ask(books, reserve(3));
    books.post([open('1', 0, { reservationId: 'r-1' })]);
    expect([committed(books), reserved(books)]).toEqual([{}, {}]);
  });

  it('does not give another channel’s hold away', () => {
    const books = stocked(9);
    ask(books, reserve(3, { channel: 'app' }));
    books.post([open('1', 2, { reservationId: 'r-1' })]);
    expect([committed(books), reserved(books)]).toEqual([{ main: 2 }, { main: 3 }]);
  });
});
