import fc from 'fast-check';
import { countLooks } from '../../testing/count-looks.ts';
import { decisionContext } from '../../testing/decision-context.ts';
import { open, received, shipped } from '../../testing/entries.ts';
import { decideInPlace } from './decide-item.ts';
import type { ItemEntry } from './item-command.ts';
import type { ItemEvent } from './item-event.ts';
import { copyItem, emptyItem, type ItemState } from './item-state.ts';

/** What a fact about the item decides, as the journal event after the newest one. */
function told(state: ItemState, entries: readonly ItemEntry[]): readonly ItemEvent[] {
  const journal = state.postedThrough + 1;
  const post = { type: 'post', journal, recordedAt: journal, cause: 'order', entries } as const;
  return decideInPlace(post, state, decisionContext()).events;
}

const order = (number: number, units: number, location = 'main'): ItemEntry =>
  open(String(number), units, { location });

function oversold(orders: number): ItemState {
  const state = emptyItem();
  for (let number = 0; number < orders; number++) told(state, [order(number, 1)]);
  return state;
}

describe('an item that is oversold very many times', () => {
  it.each([
    ['an order is cancelled', [order(300, 0)]],
    ['units come', [received(2)]],
  ])('is not looked at oversell by oversell when %s', (_, entries) => {
    const state = oversold(600);
    told(state, [received(1)]); // From then on it is known to have many.
    const looks = countLooks(state.exceptions);
    expect(told(state, entries).some(({ type }) => type === 'ExceptionClosed')).toBe(true);
    expect(looks.count).toBeLessThan(50);
  });

  it('decides what a look at each of them decides, whatever was told before', () => {
    const number = fc.integer({ min: 0, max: 160 });
    const location = fc.constantFrom('main', 'shop');
    const units = fc.integer({ min: 0, max: 3 });
    const fact: fc.Arbitrary<ItemEntry[]> = fc.oneof(
      fc.tuple(number, units, location).map((of) => [order(...of)]),
      fc.tuple(number, location).map(([of, at]) => [shipped(String(of), 1, 3, at), order(of, 0, at)]),
      fc.tuple(units, location).map(([more, at]) => [received(1 + more, 1, { location: at })]),
    );
    fc.assert(
      fc.property(fc.array(fact, { minLength: 40, maxLength: 80 }), (facts) => {
        const state = oversold(120);
        for (const each of facts) {
          const again = copyItem(state); // It has to look at each of its oversells: of it nothing was kept.
          expect(told(state, each)).toEqual(told(again, each));
        }
      }),
      { numRuns: 20 },
    );
  });
});
