import fc from 'fast-check';
import { Books } from '../../testing/books.ts';
import { counted, open, received, shipped, sold, swept } from '../../testing/entries.ts';
import type { Entry } from '../entry.ts';
import type { ItemState } from './item-state.ts';

const units = fc.integer({ min: 1, max: 5 });
const at = fc.integer({ min: 1, max: 6 });
const order = fc.constantFrom('1', '2', '3');
const sale = fc.tuple(units, at).map(([many, when]): Entry => sold(many, when));
const receipt = fc.tuple(units, at).map(([many, when]): Entry => received(many, when));
const count = fc.tuple(units, at).map(([many, when]): Entry => counted(many, when));
const ofOrder: fc.Arbitrary<Entry> = fc.oneof(
  fc.tuple(order, units, at).map(([id, many, when]) => shipped(id, many, when)),
  fc.tuple(order, fc.nat(5), fc.constantFrom('1', '2')).map(([id, many, line]) => open(id, many, { line })),
);
/** A message is of one type. */
const fact = fc.oneof(
  ...[sale, receipt, count, ofOrder].map((entry) => fc.array(entry, { minLength: 1, maxLength: 6 })),
  at.map((when): Entry[] => [swept(when)]),
);
const facts = fc.array(fact, { maxLength: 5 });
/** Of as many entries as have marks, each of which brings an event. */
const large = fc.oneof(
  ...[sale, receipt].map((entry) => fc.array(entry, { minLength: 201, maxLength: 330, size: 'max' })),
);

/** What stands in the books, without where it was stored and who was short in between. */
const standing = ({ places, outside, commitments, latestAt }: ItemState) => ({
  places: places.map(({ location, stock, committed }) => ({ location, stock, committed })),
  outside,
  promised: Object.values(commitments).map((each) => each.map(({ line, quantity }) => [line, quantity])),
  latestAt,
});

describe('a fact of which only a part is stored', () => {
  it('is continued after it, and ends in the same books', () => {
    fc.assert(
      fc.property(facts, large, fc.nat(), (told, last, cutAt) => {
        const [whole, cut] = [new Books(), new Books()];
        for (const entries of told) for (const books of [whole, cut]) books.post(entries);
        whole.post(last);
        cut.postPart(last, (marks) => marks[cutAt % marks.length]!);
        expect(cut.postAgain()).not.toEqual([]);
        expect(cut.postAgain()).toEqual([]);

        expect(standing(cut.state('MUG'))).toEqual(standing(whole.state('MUG')));
        const { partly } = cut.state('MUG');
        expect(partly).toBeUndefined();
      }),
    );
  });
});
