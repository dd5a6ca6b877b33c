import { emptyItem, type ItemState, type RecordedItemEvent } from '#inventory';
import { UNIT } from '#kernel';
import { ask, stocked } from '../../inventory/testing/mugs.ts';
import { evidenceOf } from './evidence.ts';

const ORDERS = 50;

/** An item with as many open orders as events, that counts how often all of them are walked. */
function openOrders(): { state: ItemState; events: RecordedItemEvent[]; walks: () => number } {
  let walks = 0;
  const commitments: ItemState['commitments'] = {};
  const events = Array.from({ length: ORDERS }, (_, index): RecordedItemEvent => {
    const where = { channel: 'web', orderId: `o-${index}`, line: '1', location: 'main' };
    const times = { occurredAt: 1, recordedAt: 1 };
    commitments[`web/o-${index}`] = [{ ...where, ...times, quantity: UNIT }];
    const data = { ...where, ...times, quantity: UNIT, journal: 1 };
    return { type: 'StockCommitted', data, position: index + 1, recordedAt: 1 };
  });
  const watched = new Proxy(commitments, {
    ownKeys: (target) => {
      walks++;
      return Reflect.ownKeys(target);
    },
  });
  return { state: { ...emptyItem(), commitments: watched }, events, walks: () => walks };
}

describe('the events behind what is committed', () => {
  it('are those of the open orders, which are not all searched for each event', () => {
    const { state, events, walks } = openOrders();
    delete state.commitments['web/o-3'];
    const behind = evidenceOf({ name: 'committed', value: 0, location: 'main' }, events, state);
    expect(behind).toEqual(events.filter((_, index) => index !== 3));
    expect(walks()).toBeLessThanOrEqual(1);
  });
});

describe('the events behind what is reserved', () => {
  it('are those of the holds that are open there', () => {
    const books = stocked(9, 9);
    const asked = { type: 'reserve', request: 0, channel: 'web', partial: false, step: UNIT } as const;
    const wanted = [{ quantity: 2 * UNIT, location: 'main' }];
    for (const reservationId of ['kept', 'ended']) {
      ask(books, { ...asked, reservationId, wanted, expiresAt: 3_600_000 });
    }
    ask(books, { type: 'end-hold', reservationId: 'ended', end: 'released' });
    const { state, stream } = books.book('MUG');
    const behind = (location: string): unknown[] =>
      evidenceOf({ name: 'reserved', value: 0, location }, stream, state).map(({ data }) => data);

    expect(behind('main')).toMatchObject([{ reservationId: 'kept' }]);
    expect(behind('shop')).toEqual([]);
  });
});
