import { UNIT } from '#kernel';
import { announcedLines } from './announced-lines.ts';
import type { ReservationState } from './reservation-state.ts';

const KIT = [
  { sku: 'MUG', quantity: 2 * UNIT },
  { sku: 'LID', quantity: UNIT },
];

/** Requested and held so; of what it holds, so much confirmed (all where absent). In units. */
const confirmed = (
  requested: Record<string, number>,
  held: Record<string, number>,
  lines?: Record<string, number>,
): ReservationState => ({
  ...{ reservationId: 'r-1', revision: 2, position: 3, request: 0, state: 'confirmed', channel: 'web' },
  ...{ partial: true, expiresInSeconds: 60, requestedAt: 0, expiresAt: 60_000 },
  requested: linesOf(requested).map((line) => (line.sku === 'KIT' ? { ...line, components: KIT } : line)),
  held: {
    lines: linesOf(held).map((line) => ({ ...line, location: 'main' })),
    expiresAt: 60_000,
    position: 2,
  },
  confirmed: { orderId: '1', ...(lines && { lines: linesOf(lines) }) },
});

const linesOf = (units: Record<string, number>) =>
  Object.entries(units).map(([sku, count]) => ({ sku, quantity: count * UNIT }));

const shown = (reservation: ReservationState) =>
  announcedLines(reservation).map(({ sku, quantity, components }) => [
    sku,
    quantity / UNIT,
    ...(components ? ['kit'] : []),
  ]);

describe('the lines that an order has by its confirmed reservation', () => {
  it('are the lines that were requested, a kit as a kit', () => {
    const all = confirmed({ KIT: 2, MUG: 1 }, { MUG: 5, LID: 2 });
    expect(shown(all)).toEqual([
      ['KIT', 2, 'kit'],
      ['MUG', 1],
    ]);
  });

  it('are only as many of them as could be held, or were confirmed', () => {
    expect(shown(confirmed({ KIT: 5, MUG: 9 }, { MUG: 7, LID: 3 }))).toEqual([
      ['KIT', 3, 'kit'],
      ['MUG', 1],
    ]);
    expect(shown(confirmed({ MUG: 3, LID: 2 }, { MUG: 3, LID: 2 }, { LID: 1 }))).toEqual([['LID', 1]]);
  });

  it('are the items themselves if they make no whole kit', () => {
    expect(shown(confirmed({ KIT: 1 }, { MUG: 1, LID: 0.5 }))).toEqual([
      ['MUG', 1],
      ['LID', 0.5],
    ]);
  });

  it('are none if the order’s own lines took over', () => {
    const { confirmed: by, ...rest } = confirmed({ MUG: 3 }, { MUG: 3 });
    expect(shown({ ...rest, confirmed: { orderId: by!.orderId, byOrder: true } })).toEqual([]);
  });
});
