import type { Instant, Quantity } from '#kernel';
import { type Draft, record } from './draft.ts';
import { type Claim, EXCEPTION_CLAIMS_MAX, type ExceptionName } from './item-event.ts';
import { exceptionKey, orderKey } from './item-keys.ts';
import { free, negativeOnHand, placeOf } from './item-readers.ts';
import type { HeldCommitment, ItemState, Place } from './item-state.ts';
import { ordersPromisedLast } from './newest-promises.ts';
import { missingAt, oversellsAt } from './open-oversells.ts';

/** Whose fact or request this is, as far as exceptions name it. */
export interface Party {
  /** Both absent if no channel sold anything: a count, a goods issue. */
  readonly channel?: string;
  readonly orderId?: string;
  readonly at: Instant;
  readonly recordedAt: Instant;
  /** True if it took goods that had not been promised to it before: it is a claim itself. */
  readonly isSale?: boolean;
}

/** Opens an exception of this size, changes its size, or clears it at 0. */
export function setException(
  draft: Draft,
  name: ExceptionName,
  quantity: Quantity,
  claims: readonly Claim[] | 'as they were' = [],
): void {
  const known = draft.state.exceptions[exceptionKey(name)];
  if (quantity === (known?.quantity ?? 0)) return;
  const { kind, location, channel, orderId } = name;
  const data = { kind, location, channel, orderId, journal: draft.journal };
  if (quantity === 0) record(draft, { type: 'ExceptionClosed', data: { ...data, state: 'cleared' } });
  else {
    const told = claims === 'as they were' ? {} : { claims };
    record(draft, { type: 'ExceptionOpened', data: { ...data, quantity, ...told } });
  }
}

/** Part of this fact was late, or happened where nothing should: quantities add up until somebody resolves it. */
export function flagMore(
  draft: Draft,
  kind: 'late' | 'inactive-location',
  { location, party, quantity }: { location: string; party: Party; quantity: Quantity },
): void {
  const name = { kind, location, channel: party.channel, orderId: party.orderId };
  const known = draft.state.exceptions[exceptionKey(name)]?.quantity ?? 0;
  setException(draft, name, known + quantity);
}

/**
 * Judges every touched location by how it stood before the decision and how it stands now. What is cured or passed on
 * comes last: it may be more than one append takes, and a decision that continues the fact (`isContinued`) finds the
 * rest in the state.
 */
export function judgePlaces(draft: Draft, party: Party, isContinued: boolean): void {
  for (const { location, negative, free: freeBefore } of draft.touched) {
    const place = placeOf(draft.state, location);
    if (!place) continue;
    judgeWorse(draft, place, freeBefore, party);
    judgeOnHand(draft, place, negative);
  }
  for (const { location, free: freeBefore } of draft.touched) {
    const place = placeOf(draft.state, location);
    if (place) judgeBetter(draft, place, isContinued ? -Infinity : freeBefore, party);
  }
}

function judgeWorse(draft: Draft, place: Place, freeBefore: Quantity, party: Party): void {
  const now = free(place);
  if (now >= 0 || now >= freeBefore) return;
  // If nobody claims anything, nothing was sold twice: the negative on-hand says it all.
  if (!party.isSale && place.committed + place.reserved === 0) return;
  const shortfall = Math.min(freeBefore, 0) - now;
  openOversell(draft, place, { shortfall, taken: freeBefore - now, party });
}

function judgeBetter(draft: Draft, place: Place, freeBefore: Quantity, party: Party): void {
  const now = free(place);
  if (now < 0 && now < freeBefore) return;
  if (now >= 0 && freeBefore < 0) clearOversells(draft, place.location);
  else if (!party.isSale) passOnWhereNothingIsOwed(draft, place, party);
  if (now < 0 && now > freeBefore) lessenOversells(draft, place, party);
}

interface Oversell {
  readonly shortfall: Quantity;
  readonly taken: Quantity;
  readonly party: Party;
}

function openOversell(draft: Draft, place: Place, oversell: Oversell): void {
  const { channel, orderId } = oversell.party;
  const name: ExceptionName = { kind: 'oversell', location: place.location, channel, orderId };
  const known = openQuantity(draft.state, name);
  setException(draft, name, known + oversell.shortfall, claimsAt(draft.state, place.location, oversell));
}

const openQuantity = ({ exceptions }: ItemState, name: ExceptionName): Quantity =>
  exceptions[exceptionKey(name)]?.quantity ?? 0;

function clearOversells(draft: Draft, location: string): void {
  for (const key of oversellsAt(draft.state.exceptions, location)) setException(draft, nameOf(key), 0);
}

/**
 * Some of what was missing is there now: first for the fact's own order, then for the oversell opened first.
 */
function lessenOversells(draft: Draft, place: Place, { channel, orderId }: Party): void {
  const { exceptions } = draft.state;
  const { location } = place;
  let spare = missingAt(exceptions, location) + free(place);
  if (spare <= 0) return;
  const lessen = (name: ExceptionName): void => {
    const quantity = openQuantity(draft.state, name);
    const less = Math.min(spare, quantity);
    setException(draft, name, quantity - less, 'as they were');
    spare -= less;
  };
  if (orderId !== undefined) lessen({ kind: 'oversell', location, channel, orderId });
  for (const key of oversellsAt(exceptions, location)) {
    if (spare === 0) break; // There may be thousands.
    lessen(nameOf(key));
  }
}

/** What `exceptionKey` made of an oversell. */
function nameOf(key: string): ExceptionName {
  const [, location, channel] = key.split('/', 3);
  const orderId = key.slice(`oversell/${location}/${channel}/`.length);
  return { kind: 'oversell', location, channel: channel || undefined, orderId: orderId || undefined };
}

/**
 * The order was shipped, cancelled or moved: if units are still missing, others miss them now. What no other oversell
 * accounts for passes to the orders promised last; what only holds compete for stays with this order.
 */
function passOnWhereNothingIsOwed(draft: Draft, place: Place, party: Party): void {
  const { channel, orderId } = party;
  const { location } = place;
  const name: ExceptionName = { kind: 'oversell', location, channel, orderId };
  const known = openQuantity(draft.state, name);
  if (known === 0 || channel === undefined || orderId === undefined) return;
  const own = draft.state.commitments[orderKey(channel, orderId)];
  if (own?.some((each) => each.location === location) === true) return;
  let left = Math.min(known, shortfallBeside(draft.state, place, known));
  for (const { quantity, ...other } of left === 0 ? [] : promisedBeyondToldAt(draft.state, location)) {
    if (left === 0) break;
    const shortfall = Math.min(left, quantity);
    openOversell(draft, place, { shortfall, taken: 0, party: other });
    left -= shortfall;
  }
  setException(draft, name, left, claimsAt(draft.state, location, { taken: 0, party }));
}

/** What is missing there for those that still claim it, less what oversells other than this one account for. */
function shortfallBeside(state: ItemState, place: Place, known: Quantity): Quantity {
  if (place.committed + place.reserved === 0) return 0;
  return Math.max(0, known - missingAt(state.exceptions, place.location) - free(place));
}

interface PromisedOrder extends Party {
  /** How much more was promised to it than is told as missing. */
  readonly quantity: Quantity;
}

/** The orders that were promised more units there than an oversell of theirs says is missing, those told last first. */
function promisedBeyondToldAt(state: ItemState, location: string): PromisedOrder[] {
  const orders: PromisedOrder[] = [];
  for (const key in state.commitments) {
    const here = state.commitments[key]!.filter((each) => each.location === location);
    const last = here.at(-1);
    if (last === undefined) continue;
    const { channel, orderId, occurredAt: at, recordedAt } = last;
    const quantity = here.reduce((sum, each) => sum + each.quantity, 0);
    const told = openQuantity(state, { kind: 'oversell', location, channel, orderId });
    // Of thousands that are oversold nearly all have an oversell: they need not even be sorted.
    if (quantity > told) orders.push({ channel, orderId, at, recordedAt, quantity: quantity - told });
  }
  return orders.sort((a, b) => b.recordedAt - a.recordedAt);
}

/** As much as is missing now; after it was resolved by hand, only once more is missing. */
function judgeOnHand(draft: Draft, place: Place, negativeBefore: Quantity): void {
  const negative = negativeOnHand(place);
  if (negative === 0 && negativeBefore === 0) return; // As with nearly every item.
  const name: ExceptionName = { kind: 'negative-on-hand', location: place.location };
  const isOpen = draft.state.exceptions[exceptionKey(name)] !== undefined;
  if (isOpen || negative > negativeBefore) setException(draft, name, negative);
}

/** The open promises and holds that compete there: the fact's own first, then those told last. */
function claimsAt(
  state: ItemState,
  location: string,
  { taken, party }: Pick<Oversell, 'taken' | 'party'>,
): Claim[] {
  const { channel, orderId, at: occurredAt, recordedAt } = party;
  const own: Claim[] = [];
  if (party.isSale) own.push({ channel, orderId, quantity: taken, occurredAt, recordedAt });
  const ownKey = orderKey(channel ?? '', orderId ?? '');
  for (const promised of state.commitments[ownKey] ?? []) {
    if (promised.location === location) own.push(claimOf(promised));
  }
  return [...own, ...newestClaims(state, location, ownKey)].slice(0, EXCEPTION_CLAIMS_MAX);
}

/** Those of all orders but one, and of the holds. */
function newestClaims(state: ItemState, location: string, except: string): readonly Claim[] {
  const newest: Claim[] = [];
  const last = { location, count: EXCEPTION_CLAIMS_MAX, except };
  for (const key of ordersPromisedLast(state.commitments, last)) {
    for (const promised of state.commitments[key]!) {
      if (promised.location === location) addNewest(newest, promised.recordedAt, () => claimOf(promised));
    }
  }
  for (const key in state.holds) {
    const { reservationId, channel, recordedAt, parts } = state.holds[key]!;
    for (const { location: where, quantity } of parts) {
      if (where !== location) continue;
      const claim = { reservationId, channel, quantity, occurredAt: recordedAt, recordedAt };
      addNewest(newest, recordedAt, () => claim);
    }
  }
  return newest;
}

const claimOf = ({ channel, orderId, quantity, occurredAt, recordedAt }: HeldCommitment): Claim => ({
  ...{ channel, orderId, quantity, occurredAt, recordedAt },
});

/** An oversold item may have thousands of claims, of which only the newest few are told. */
function addNewest(newest: Claim[], recordedAt: Instant, claim: () => Claim): void {
  let place = newest.length;
  while (place > 0 && newest[place - 1]!.recordedAt < recordedAt) place--;
  if (place === EXCEPTION_CLAIMS_MAX) return;
  newest.splice(place, 0, claim());
  if (newest.length > EXCEPTION_CLAIMS_MAX) newest.pop();
}
