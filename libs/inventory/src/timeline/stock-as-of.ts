import type { Instant, Quantity } from '#kernel';
import { type Account, compareFacts, inTransitAccount } from '../entry.ts';
import type { RecordedItemEvent, SupplyExpected } from '../item/item-event.ts';
import type { Disposition } from '../message.ts';
import { onHandAsOf } from './timeline.ts';

/** One location's stock of one item, as it is shown. */
export interface PlaceStock {
  readonly location: string;
  readonly onHand: Partial<Record<Disposition, Quantity>>;
  committed: Quantity;
  reserved: Quantity;
  inTransit: Quantity;
  incoming: Quantity;
}

/**
 * An item's stock after everything that happened by `asOf` (holds: that was held by then), as far as the given events
 * know. Independent of the live fold: the two must agree if `asOf` is now.
 */
export function stockAsOf(events: readonly RecordedItemEvent[], asOf: Instant): PlaceStock[] {
  const places = new Map<string, PlaceStock>();
  for (const { location, disposition, balance } of onHandAsOf(events, asOf)) {
    placeOf(places, location).onHand[disposition] = balance;
  }
  addInTransit(places, events, asOf);
  addCommitted(places, events, asOf);
  addReserved(places, events, asOf);
  addIncoming(places, events, asOf);
  return [...places.values()];
}

/** By transfer: if more was received than shipped so far, 0 is on its way, not less. */
function addInTransit(places: Places, events: readonly RecordedItemEvent[], asOf: Instant): void {
  const transfers = new Map<string, Map<string, Quantity>>();
  const add = (account: Account, transfer: string, quantity: Quantity): void => {
    if (!account.endsWith(IN_TRANSIT)) return;
    const location = account.slice(0, -IN_TRANSIT.length);
    const balances = transfers.get(transfer) ?? new Map<string, Quantity>();
    transfers.set(transfer, balances);
    balances.set(location, (balances.get(location) ?? 0) + quantity);
  };
  for (const { type, data } of events) {
    if (type !== 'MovementPosted' || data.key.at > asOf) continue;
    add(data.from, data.key.document, -data.quantity);
    add(data.to, data.key.document, data.quantity);
  }
  for (const balances of transfers.values()) addOnItsWay(places, balances);
}

/** What arrived where it was not shipped to is no longer on its way to the first location, by name, that waits for it. */
function addOnItsWay(places: Places, balances: ReadonlyMap<string, Quantity>): void {
  let elsewhere = 0;
  for (const balance of balances.values()) elsewhere += Math.max(0, -balance);
  for (const [location, balance] of [...balances].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const missing = Math.min(elsewhere, Math.max(0, balance));
    elsewhere -= missing;
    placeOf(places, location).inTransit += Math.max(0, balance) - missing;
  }
}

/** The end of an account's name: a location has no slash. */
const IN_TRANSIT = inTransitAccount('');

/** Promises by the time of their orders. One that ended before it began was never owed. */
function addCommitted(places: Places, events: readonly RecordedItemEvent[], asOf: Instant): void {
  const owed = new Map<string, Map<string | undefined, Map<string, Quantity>>>();
  const add = (
    of: { channel: string; orderId: string; line?: string },
    location: string,
    by: Quantity,
  ): void => {
    const key = JSON.stringify([of.channel, of.orderId]);
    const byLine = owed.get(key) ?? new Map<string | undefined, Map<string, Quantity>>();
    owed.set(key, byLine);
    const byPlace = byLine.get(of.line) ?? new Map<string, Quantity>();
    byLine.set(of.line, byPlace);
    byPlace.set(location, (byPlace.get(location) ?? 0) + by);
  };
  for (const { type, data } of events) {
    if (type === 'StockCommitted' && data.occurredAt <= asOf) add(data, data.location, data.quantity);
    if (type === 'CommitmentReleased' && data.occurredAt <= asOf) add(data, data.location, -data.quantity);
    if (type === 'CommitmentMoved' && data.occurredAt <= asOf) {
      add(data, data.from, -data.quantity);
      add(data, data.to, data.quantity);
    }
    if (type === 'PastCommitmentCorrected') {
      for (const { from, by } of data.changes) if (from <= asOf) add(data, data.location, by);
    }
  }
  for (const byLine of owed.values()) addOwedOf(places, byLine);
}

/** What one order is owed. A line that ended before it could take over a reservation's promise ended that promise. */
function addOwedOf(
  places: Places,
  byLine: ReadonlyMap<string | undefined, ReadonlyMap<string, Quantity>>,
): void {
  let ended = 0;
  for (const [line, byPlace] of byLine) if (line !== undefined) ended += addOwed(places, byPlace, 0);
  const unnamed = byLine.get(undefined);
  if (unnamed) addOwed(places, unnamed, ended);
}

/**
 * What one line is owed. What ended at another location than it began, or under another name (`endedBefore`), is no
 * longer owed anywhere. Returns how much ended that was never owed.
 */
function addOwed(places: Places, byPlace: ReadonlyMap<string, Quantity>, endedBefore: Quantity): Quantity {
  let ended = endedBefore;
  for (const quantity of byPlace.values()) ended += Math.max(0, -quantity);
  for (const [location, quantity] of byPlace) {
    const owed = Math.max(0, quantity);
    const left = owed - Math.min(owed, ended);
    ended -= owed - left;
    if (left > 0) placeOf(places, location).committed += left;
  }
  return ended;
}

function addReserved(places: Places, events: readonly RecordedItemEvent[], asOf: Instant): void {
  const open = new Map<string, readonly { location: string; quantity: Quantity }[]>();
  for (const { type, data, recordedAt } of events) {
    if (recordedAt > asOf) continue;
    if (type === 'StockReserved') open.set(data.reservationId, data.parts);
    if (type === 'ReservationEnded') open.delete(data.reservationId);
  }
  for (const { location, quantity } of [...open.values()].flat()) {
    placeOf(places, location).reserved += quantity;
  }
}

function addIncoming(places: Places, events: readonly RecordedItemEvent[], asOf: Instant): void {
  const latest = new Map<string, SupplyExpected>();
  for (const { type, data } of events) {
    if (type !== 'SupplyExpected' || data.key.at > asOf) continue;
    const known = latest.get(data.documentId);
    const order = known ? compareFacts(data.key, known.key) : 1;
    // Several lines of one message add up.
    if (order === 0) latest.set(data.documentId, { ...data, quantity: known!.quantity + data.quantity });
    else if (order > 0) latest.set(data.documentId, data);
  }
  if (latest.size === 0) return;
  const received = receivedFor(events, asOf);
  for (const { documentId, location, quantity } of latest.values()) {
    const open = quantity - (received.get(documentId) ?? 0);
    placeOf(places, location).incoming += Math.max(0, open);
  }
}

/** What came in, by the document under which it was expected. */
function receivedFor(events: readonly RecordedItemEvent[], asOf: Instant): ReadonlyMap<string, Quantity> {
  const received = new Map<string, Quantity>();
  for (const { type, data } of events) {
    if (type !== 'MovementPosted' || data.expectation === undefined || data.key.at > asOf) continue;
    received.set(data.expectation, (received.get(data.expectation) ?? 0) + data.quantity);
  }
  return received;
}

type Places = Map<string, PlaceStock>;

function placeOf(places: Places, location: string): PlaceStock {
  const known = places.get(location);
  if (known) return known;
  const place = { location, onHand: {}, committed: 0, reserved: 0, inTransit: 0, incoming: 0 };
  places.set(location, place);
  return place;
}
