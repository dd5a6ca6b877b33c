import fc from 'fast-check';
import {
  type Entry,
  type FactKey,
  onHandAccount,
  placeOf,
  type RecordedItemEvent,
  sellable,
  SUPPLIER,
} from '#inventory';
import { Books } from '../../inventory/testing/books.ts';
import { evidenceOf } from './evidence.ts';

const shelf = fc.constantFrom('sellable' as const, 'damaged' as const);
const quantity = fc.integer({ min: 1, max: 9 });
const at = fc.integer({ min: 1, max: 6 });
/** Few names, so that two sources tell something under the same one. */
const id = fc.constantFrom('a', 'b');
const source = fc.constantFrom('pos', 'wms');
const sequence = fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined });

const key = fc.record({ at, source, id, document: id });

const movement = fc
  .record({ key, shelf, quantity, sequence, isIn: fc.boolean() })
  .map(({ shelf: what, isIn, ...rest }): Entry[] => {
    const account = onHandAccount('main', what);
    const [from, to] = isIn ? [SUPPLIER, account] : [account, SUPPLIER];
    return [{ kind: 'move', cause: 'adjustment', sku: 'MUG', from, to, ...rest }];
  });

const line = fc.record({ disposition: shelf, quantity });

const count = fc
  .record({ key, lines: fc.array(line, { minLength: 1, maxLength: 2 }) })
  .map(({ key: of, lines }) => lines.map((each) => countEntry(of, { ...each, cause: 'count' })));

/** In parts, complete or not, with a watermark or not. */
const snapshot = fc
  .record({
    key: key.map(({ at: asOf, ...rest }) => ({ ...rest, at: asOf, source: 'wms', document: `s${asOf}` })),
    watermark: sequence,
    isComplete: fc.boolean(),
    lines: fc.array(line, { maxLength: 2 }),
  })
  .map(({ key: of, watermark, isComplete, lines }): Entry[] => {
    const counts = lines.map((each) => countEntry(of, { ...each, watermark, cause: 'snapshot' }));
    const listed = lines.length > 0 ? ['MUG'] : [];
    return isComplete ? [...counts, { kind: 'sweep', key: of, location: 'main', listed, watermark }] : counts;
  });

function countEntry(
  of: FactKey,
  counted: Pick<Entry & { kind: 'count' }, 'disposition' | 'quantity' | 'watermark' | 'cause'>,
): Entry {
  return { kind: 'count', key: of, sku: 'MUG', location: 'main', ...counted };
}

/** By how much the events change the on-hand that may be sold: a count says it anew. */
function sumOf(events: readonly RecordedItemEvent[]): number {
  const account = onHandAccount('main', 'sellable');
  let sum = 0;
  for (const { type, data } of events) {
    if (type === 'CountPosted') sum += data.quantity;
    if (type === 'OnHandAdjusted') sum += data.change;
    if (type === 'MovementPosted') sum += data.to === account ? data.quantity : -data.quantity;
  }
  return sum;
}

describe('the events behind what may be sold', () => {
  it('sum to it, whatever was told, and in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(movement, movement, count, snapshot), { maxLength: 10 }),
        fc.option(quantity, { nil: 0 }),
        (told, change) => {
          const books = new Books();
          for (const entries of told) books.post(entries);
          const where = { location: 'main', disposition: 'sellable' } as const;
          const by = { reason: 'found', actor: 'clerk' };
          books.ask('MUG', { type: 'adjust', adjustmentId: 'x', ...where, change, ...by }, 3);

          const { state, stream } = books.book('MUG');
          const events = evidenceOf({ name: 'sellable', value: 0, location: 'main' }, stream, state);
          const place = placeOf(state, 'main');
          expect(sumOf(events)).toBe(place ? sellable(place) : 0);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
