import { UNIT } from '#kernel';
import type { DecisionContext, Decision, ItemCommand } from '../src/item/item-command.ts';
import { Books } from './books.ts';
import { received } from './entries.ts';

/** The books of mugs, with these units at two places. */
export function stocked(main: number, shop = 0, context: Partial<DecisionContext> = {}): Books {
  const books = new Books(context);
  if (main > 0) books.post([received(main)]);
  if (shop > 0) books.post([received(shop, 1, { location: 'shop' })]);
  return books;
}

/** In units, by location; places without any are left out. */
export const committed = (books: Books): Record<string, number> => byPlace(books, 'committed');
export const reserved = (books: Books): Record<string, number> => byPlace(books, 'reserved');

export const ask = (books: Books, command: ItemCommand, now = 0): Decision => books.ask('MUG', command, now);

function byPlace(books: Books, of: 'committed' | 'reserved'): Record<string, number> {
  const { places } = books.state('MUG');
  return Object.fromEntries(
    places.flatMap((place) => (place[of] ? [[place.location, place[of] / UNIT]] : [])),
  );
}
