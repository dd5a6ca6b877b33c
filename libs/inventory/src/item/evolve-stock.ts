import type { Quantity } from '#kernel';
import { compareFacts } from '../entry.ts';
import { parseAccount } from './account.ts';
import { evolveReceived } from './evolve-expectations.ts';
import type {
  Anchor,
  CountPosted,
  MovementPosted,
  OnHandAdjusted,
  SweepLifted,
  SweepPosted,
} from './item-event.ts';
import type { DispositionStock, ItemState, Place } from './item-state.ts';
import { nameKey } from './item-keys.ts';
import { remember } from './remembered.ts';
import { placeFor, stockFor, tellStock } from './state-parts.ts';

export function evolveMovement(state: ItemState, movement: MovementPosted): void {
  addToAccount(state, movement, movement.from, -movement.quantity);
  addToAccount(state, movement, movement.to, movement.quantity);
  if (movement.expectation !== undefined) evolveReceived(state, movement.expectation, movement.quantity);
}

function addToAccount(state: ItemState, movement: MovementPosted, account: string, change: Quantity): void {
  const parsed = parseAccount(account);
  switch (parsed.kind) {
    case 'outside':
      state.outside[parsed.name] += change;
      return;
    case 'in-transit':
      addInTransit(placeFor(state, parsed.location), movement.key.document, change);
      return;
    case 'on-hand': {
      const place = placeFor(state, parsed.location);
      const stock = stockFor(place, parsed.disposition);
      tellMovement(state, place, stock, movement);
      // A later count already includes these goods: they are not added twice, but explain part of what it corrected.
      if (movement.countedSince?.includes(account)) state.outside.shrinkage += change;
      else stock.onHand += change;
    }
  }
}

function addInTransit(place: Place, transferId: string, change: Quantity): void {
  place.inTransit += change;
  const transfers = (place.transfers ??= {});
  const key = nameKey(transferId);
  const balance = (transfers[key] ?? 0) + change;
  if (balance === 0) delete transfers[key];
  else transfers[key] = balance;
}

function tellMovement(
  state: ItemState,
  place: Place,
  stock: DispositionStock,
  { key, sequence }: Pick<MovementPosted, 'key' | 'sequence'>,
): void {
  tellStock(state, stock, key.at);
  if (stock.movedAt === undefined || key.at > stock.movedAt) stock.movedAt = key.at;
  if (sequence === undefined) return;
  const sequences = (place.sequences ??= []);
  const known = sequences.find(({ source }) => source === key.source);
  if (!known) sequences.push({ source: key.source, highest: sequence });
  else if (sequence > known.highest) known.highest = sequence;
}

export function evolveCount(state: ItemState, count: CountPosted): void {
  const stock = stockFor(placeFor(state, count.location), count.disposition);
  tellStock(state, stock, count.key.at);
  correct(state, stock, count.variance);
  if (count.superseded) return;
  const { key, watermark } = count;
  const before = stock.anchor && compareFacts(key, stock.anchor.key) === 0 ? stock.anchor.quantity : 0;
  stock.anchor = { key, quantity: before + count.quantity, watermark };
}

export function evolveSweep(state: ItemState, sweep: SweepPosted): void {
  const place = placeFor(state, sweep.location);
  const anchor: Anchor = { key: sweep.key, quantity: 0, watermark: sweep.watermark };
  for (const { disposition, variance } of sweep.variances) {
    const stock = stockFor(place, disposition);
    correct(state, stock, variance);
    if (isLater(anchor, stock.anchor)) stock.anchor = anchor;
  }
  if (isLater(anchor, place.swept)) place.swept = anchor;
}

export function evolveLifted(state: ItemState, lifted: SweepLifted): void {
  const place = placeFor(state, lifted.location);
  place.swept = lifted.swept;
  for (const { disposition, variance, anchor } of lifted.stocks) {
    const stock = stockFor(place, disposition);
    correct(state, stock, variance);
    stock.anchor = anchor;
  }
}

/** A count found more or less than the books said: shrinkage takes the opposite. */
function correct(state: ItemState, stock: DispositionStock, variance: Quantity): void {
  stock.onHand += variance;
  state.outside.shrinkage -= variance;
}

const isLater = (anchor: Anchor, than: Anchor | undefined): boolean =>
  than === undefined || compareFacts(anchor.key, than.key) > 0;

export function evolveAdjusted(state: ItemState, adjusted: OnHandAdjusted): void {
  const stock = stockFor(placeFor(state, adjusted.location), adjusted.disposition);
  tellStock(state, stock, adjusted.occurredAt);
  if (stock.movedAt === undefined || adjusted.occurredAt > stock.movedAt) stock.movedAt = adjusted.occurredAt;
  stock.onHand += adjusted.change;
  state.outside.adjustment -= adjusted.change;
  state.requests = remember(state.requests, adjusted.adjustmentId);
}
