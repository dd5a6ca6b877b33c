import type { Quantity } from '#kernel';
import type { ChannelClaims, DispositionStock, Expectation, ItemState, Place } from './item-state.ts';
import type { Disposition } from '../message.ts';

/** What can be read from a state. Nothing here changes it. */

export function placeOf(state: ItemState, location: string): Place | undefined {
  for (const place of state.places) if (place.location === location) return place;
  return undefined;
}

export function stockOf(place: Place | undefined, disposition: Disposition): DispositionStock | undefined {
  if (place) for (const stock of place.stock) if (stock.disposition === disposition) return stock;
  return undefined;
}

/** On hand in the disposition that may be sold; below 0 where it is owed. */
export const sellable = (place: Place): Quantity => stockOf(place, 'sellable')?.onHand ?? 0;

/** What is neither promised nor held there; below 0 where more is promised than there is. */
export const free = (place: Place): Quantity => sellable(place) - place.committed - place.reserved;

/** The same for a location in which the item may never have been. */
export const freeAt = (state: ItemState, location: string): Quantity => {
  const place = placeOf(state, location);
  return place ? free(place) : 0;
};

const onHand = (place: Place): Quantity => sum(place.stock, (stock) => stock.onHand);

/** How far dispositions are below 0, summed; 0 if none is. */
export function negativeOnHand({ stock }: Place): Quantity {
  let negative = 0;
  for (const { onHand } of stock) if (onHand < 0) negative -= onHand;
  return negative;
}

/**
 * On its way here: what each transfer shipped and did not deliver yet, here or elsewhere. One that delivered more than
 * it shipped adds 0.
 */
export const inTransit = (state: ItemState, place: Place): Quantity =>
  sum(Object.entries(place.transfers ?? {}), ([transfer, balance]) =>
    balance > 0 ? balance - deliveredElsewhere(state, place, transfer, balance) : 0,
  );

/**
 * How much of what a transfer shipped here arrived at other locations. Where it was shipped to several, it is missing
 * from the first by name: that depends on no order of telling.
 */
function deliveredElsewhere(state: ItemState, here: Place, transfer: string, shipped: Quantity): Quantity {
  let elsewhere = 0;
  for (const { location, transfers } of state.places) {
    const balance = transfers?.[transfer] ?? 0;
    if (balance < 0 || location < here.location) elsewhere -= balance;
  }
  return Math.min(Math.max(0, elsewhere), shipped);
}

/** How much of it has not been received yet. */
export const outstanding = (expectation: Expectation): Quantity =>
  Math.max(0, expectation.expected - expectation.received);

/** Expected at this location and not received yet. */
export const incoming = (state: ItemState, location: string): Quantity =>
  sum(Object.values(state.expectations), (expectation) =>
    expectation.location === location ? outstanding(expectation) : 0,
  );

const NO_CLAIMS: Omit<ChannelClaims, 'channel'> = { committed: 0, reserved: 0 };

/** What a channel has promised and holds of the item, over all places. */
export function claimsOf(state: ItemState, channel: string): Readonly<Omit<ChannelClaims, 'channel'>> {
  for (const claims of state.channels) if (claims.channel === channel) return claims;
  return NO_CLAIMS;
}

interface ItemTotals {
  readonly onHand: Quantity;
  readonly sellable: Quantity;
  readonly committed: Quantity;
  readonly reserved: Quantity;
  readonly inTransit: Quantity;
  readonly incoming: Quantity;
}

export const totalsOf = (state: ItemState): ItemTotals => ({
  onHand: sum(state.places, onHand),
  sellable: sum(state.places, sellable),
  committed: sum(state.places, (place) => place.committed),
  reserved: sum(state.places, (place) => place.reserved),
  inTransit: sum(state.places, (place) => inTransit(state, place)),
  incoming: sum(Object.values(state.expectations), outstanding),
});

/** The balance of all accounts: if it is not 0, the books are wrong. */
export function sumOfAccounts(state: ItemState): Quantity {
  const { supplier, customer, adjustment, shrinkage } = state.outside;
  const within = sum(state.places, (place) => onHand(place) + place.inTransit);
  return supplier + customer + adjustment + shrinkage + within;
}

const sum = <Value>(values: readonly Value[], quantity: (value: Value) => Quantity): Quantity =>
  values.reduce((total, value) => total + quantity(value), 0);
