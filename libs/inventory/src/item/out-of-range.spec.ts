import { UNIT } from '#kernel';
import { Books } from '../../testing/books.ts';
import { received } from '../../testing/entries.ts';
import { sumOfAccounts } from './item-readers.ts';

const BILLION = 1_000_000_000;
const OUT_OF_RANGE = { type: 'ExceptionOpened', data: { kind: 'out-of-range' } };

/** So many receipts of the most that a line may carry, of which the decimals count. */
function stocked(receipts: number): Books {
  const books = new Books();
  for (let count = 0; count < receipts; count++) books.post([received(BILLION - 0.00001, count)]);
  return books;
}

describe('an item of which more is told over time than numbers can hold exactly', () => {
  it('is exact to the last decimal as long as it is not flagged', () => {
    const books = stocked(45);
    expect(books.book('MUG').stream.filter(({ type }) => type === 'ExceptionOpened')).toEqual([]);
    expect(books.state('MUG').places[0]!.stock[0]!.onHand).toBe(45 * BILLION * UNIT - 45);
    expect(sumOfAccounts(books.state('MUG'))).toBe(0);
  });

  it('is flagged before a number can be wrong, once', () => {
    const books = stocked(60);
    const flagged = books.book('MUG').stream.filter(({ type }) => type === 'ExceptionOpened');
    expect(flagged).toMatchObject([OUT_OF_RANGE]);
    expect(flagged[0]!.data).toMatchObject({ quantity: 46 * BILLION * UNIT - 46 });
  });

  it('is flagged again if somebody resolved it and it goes on', () => {
    const books = stocked(47);
    const name = { kind: 'out-of-range' } as const;
    const { position: opened } = books.state('MUG');
    books.ask('MUG', { type: 'resolve-exception', name, opened, reason: 'seen', actor: 'ann' });
    expect(books.state('MUG').exceptions).toEqual({});
    books.post([received(1)]);
    expect(books.book('MUG').stream.at(-1)).toMatchObject(OUT_OF_RANGE);
  });
});
