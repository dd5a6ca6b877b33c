import fc from 'fast-check';
import { countLooks } from '../../testing/count-looks.ts';
import { decisionContext } from '../../testing/decision-context.ts';
import { decideInPlace } from './decide-item.ts';
import type { ItemEntry, Post } from './item-command.ts';
import type { ExceptionOpened } from './item-event.ts';
import { open } from '../../testing/entries.ts';
import { copyItem, emptyItem, type ItemState } from './item-state.ts';

let journal = 0;

const post = (entry: ItemEntry, recordedAt: number): Post => ({
  type: 'post',
  journal: ++journal,
  recordedAt,
  cause: 'order',
  entries: [entry],
});

/** Posts one order's line, and returns the claims of the oversell that this opened, if any. */
function told(state: ItemState, entry: ItemEntry, recordedAt: number): ExceptionOpened['claims'] {
  const { events } = decideInPlace(post(entry, recordedAt), state, decisionContext());
  const opened = events.find(({ type }) => type === 'ExceptionOpened');
  return (opened?.data as ExceptionOpened | undefined)?.claims;
}

const order = (number: number, units: number, location = 'main'): ItemEntry =>
  open(String(number), units, { location });

describe('the claims of an oversold item', () => {
  it('are found without a look at each of very many open orders', () => {
    const state = emptyItem();
    for (let number = 0; number < 600; number++) told(state, order(number, 1), number);
    const looks = countLooks(state.commitments);
    expect(told(state, order(600, 1), 600)).toHaveLength(20);
    expect(looks.count).toBeGreaterThan(0);
    expect(looks.count).toBeLessThan(100);
  });

  it('are not asked for when one of very many orders is cancelled, for then nobody is told of a new oversell', () => {
    const state = emptyItem();
    for (let number = 0; number < 600; number++) told(state, order(number, 1), number);
    const looks = countLooks(state.commitments);
    expect(told(state, order(300, 0), 600)).toBeUndefined();
    expect(Object.keys(state.exceptions)).toHaveLength(599);
    expect(looks.count).toBeLessThan(100);
  });

  it('are those that a look at each order finds, whatever was placed, changed, moved or cancelled before', () => {
    const step = fc.record({
      number: fc.integer({ min: 0, max: 160 }),
      units: fc.integer({ min: 0, max: 3 }),
      location: fc.constantFrom('main', 'shop'),
      recordedAt: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120 }), (steps) => {
        const state = emptyItem();
        for (let number = 0; number < 140; number++) told(state, order(number, 1), number % 37);
        for (const { number, units, location, recordedAt } of steps) {
          const entry = order(number, units, location);
          const again = copyItem(state); // It has to look at each of its orders: of it nothing was kept.
          const before = journal;
          const claims = told(state, entry, recordedAt);
          journal = before;
          expect(claims).toEqual(told(again, entry, recordedAt));
        }
      }),
      { numRuns: 20 },
    );
  });
});
