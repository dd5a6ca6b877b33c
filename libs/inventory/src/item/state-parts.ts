import type { Instant, Quantity } from '#kernel';
import type { Disposition } from '../message.ts';
import { placeOf, stockOf } from './item-readers.ts';
import type { DispositionStock, ItemState, Place } from './item-state.ts';

/** Parts of a state, which the fold makes when they are first named. */

export function placeFor(state: ItemState, location: string): Place {
  const known = placeOf(state, location);
  if (known) return known;
  const place: Place = { location, stock: [], committed: 0, reserved: 0, inTransit: 0 };
  state.places.push(place);
  return place;
}

export function stockFor(place: Place, disposition: Disposition): DispositionStock {
  const known = stockOf(place, disposition);
  if (known) return known;
  const stock: DispositionStock = { disposition, onHand: 0 };
  place.stock.push(stock);
  return stock;
}

/** Notes the time of a fact about this stock. */
export function tellStock(state: ItemState, stock: DispositionStock, at: Instant): void {
  if (stock.since === undefined || at < stock.since) stock.since = at;
  if (at > state.latestAt) state.latestAt = at;
}

/** Changes what a channel claims of the item, over all places; a channel without claims is dropped. */
export function addClaims(state: ItemState, channel: string, committed: Quantity, reserved: Quantity): void {
  const index = state.channels.findIndex((each) => each.channel === channel);
  const claims = state.channels[index];
  if (!claims) {
    state.channels.push({ channel, committed, reserved });
    return;
  }
  claims.committed += committed;
  claims.reserved += reserved;
  if (claims.committed === 0 && claims.reserved === 0) state.channels.splice(index, 1);
}
