import fc from 'fast-check';
import { countLooks } from '../../testing/count-looks.ts';
import { decisionContext } from '../../testing/decision-context.ts';
import { decideInPlace } from './decide-item.ts';
import { evolveEnded, evolveExtended, evolveReserved } from './evolve-holds.ts';
import { copyItem, emptyItem, type ItemState } from './item-state.ts';

function hold(state: ItemState, number: number, expiresAt: number): void {
  const parts = [{ location: 'main', quantity: 1 }];
  evolveReserved(state, { reservationId: `r-${number}`, channel: 'web', parts, expiresAt, recordedAt: 0 });
}

const HOLDS = 600;

describe('the earliest deadline of an item', () => {
  it('is found without a look at each of very many holds whenever one of them ends', () => {
    const state = emptyItem();
    for (let number = 0; number < HOLDS; number++) hold(state, number, 1_000 + number);
    const looks = countLooks(state.holds);
    const { events } = decideInPlace(
      { type: 'end-hold', reservationId: '', end: 'expired' },
      state,
      decisionContext(9_999),
    );
    expect(events.filter(({ type }) => type === 'ReservationEnded')).toHaveLength(HOLDS);
    expect(state.deadline).toBeUndefined();
    expect(looks.count).toBeLessThan(10 * HOLDS);
  });

  it('is the one that a look at each hold finds, whatever was held, extended or ended before', () => {
    const step = fc.record({
      number: fc.integer({ min: 0, max: 160 }),
      expiresAt: fc.integer({ min: 1, max: 200 }),
      what: fc.constantFrom('hold', 'extend', 'end', 'copy'),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 200 }), (steps) => {
        let state = emptyItem();
        for (let number = 0; number <= 160; number++) hold(state, number, 1 + ((number * 37) % 200));
        for (const { number, expiresAt, what } of steps) {
          const reservationId = `r-${number}`;
          if (what === 'hold') hold(state, number, expiresAt);
          else if (what === 'extend') evolveExtended(state, { reservationId, expiresAt });
          else if (what === 'end') evolveEnded(state, { reservationId, end: 'released' });
          else state = copyItem(state);
          const deadlines = Object.values(state.holds).map((each) => each.expiresAt);
          expect(state.deadline).toBe(deadlines.length > 0 ? Math.min(...deadlines) : undefined);
        }
      }),
    );
  });
});
