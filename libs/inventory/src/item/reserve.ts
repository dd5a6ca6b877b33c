import type { Quantity } from '#kernel';
import type { Rejection } from '../rejection.ts';
import { type Draft, record } from './draft.ts';
import type { Repeated, Reserve, Wanted } from './item-command.ts';
import type { HoldPart } from './item-event.ts';
import { nameKey } from './item-keys.ts';
import { freeAt } from './item-readers.ts';

/**
 * Holds what is wanted of this item, all lines together: never more than the channel's ATS less its buffer, nor more
 * than what is free where it is held.
 */
export function reserve(draft: Draft, command: Reserve): Rejection | Repeated | undefined {
  const held = draft.state.holds[nameKey(command.reservationId)];
  if (held) return { repeated: { type: 'StockReserved', data: held } };
  const allocation = allocate(draft, command);
  const requested = command.wanted.reduce((sum, { quantity }) => sum + quantity, 0);
  const isEnough = command.partial ? allocation.quantity > 0 : allocation.quantity === requested;
  if (!isEnough) return insufficientStock(requested, allocation.quantity);
  if (command.probe) return undefined;
  const { reservationId, request, channel, expiresAt } = command;
  const { parts } = allocation;
  record(draft, {
    type: 'StockReserved',
    data: { reservationId, request, channel, parts, expiresAt, recordedAt: draft.context.now },
  });
  return undefined;
}

interface Allocation {
  readonly parts: HoldPart[];
  readonly quantity: Quantity;
}

/** As much of each line as there is, pinned lines first: they cannot go elsewhere. */
function allocate(draft: Draft, command: Reserve): Allocation {
  const { state, context } = draft;
  const active = context.locationsOf(command.channel).filter((each) => context.isActive(each));
  const left = new Map(active.map((each) => [each, floor(freeAt(state, each), command.step)]));
  const parts = new Map<string, Quantity>();
  let bound = floor(context.reservable(state, command.channel), command.step);
  for (const wanted of pinnedFirst(command.wanted)) {
    for (const { location, quantity } of partsOf(wanted, bound, left)) {
      left.set(location, left.get(location)! - quantity);
      parts.set(location, (parts.get(location) ?? 0) + quantity);
      bound -= quantity;
    }
  }
  return {
    parts: [...parts].map(toPart),
    quantity: [...parts.values()].reduce((sum, each) => sum + each, 0),
  };
}

const toPart = ([location, quantity]: [string, Quantity]): HoldPart => ({ location, quantity });

const pinnedFirst = (wanted: readonly Wanted[]): readonly Wanted[] => [
  ...wanted.filter(({ location }) => location !== undefined),
  ...wanted.filter(({ location }) => location === undefined),
];

/** From the first location that has all of it; otherwise what each has, by priority. */
function partsOf({ quantity, location }: Wanted, bound: Quantity, left: Map<string, Quantity>): HoldPart[] {
  const wanted = Math.min(quantity, bound);
  const places = location === undefined ? [...left.keys()] : [location];
  const has = (place: string): Quantity => Math.max(0, left.get(place) ?? 0);
  const whole = places.find((place) => has(place) >= wanted);
  const parts: HoldPart[] = [];
  let missing = wanted;
  for (const place of whole === undefined ? places : [whole]) {
    const taken = Math.min(missing, has(place));
    if (taken <= 0) continue;
    parts.push({ location: place, quantity: taken });
    missing -= taken;
  }
  return parts;
}

/** Rounded down to a multiple of the amount that the item is counted in, never below 0. */
const floor = (quantity: Quantity, step: Quantity): Quantity =>
  Math.max(0, Math.floor(quantity / step) * step);

/** `available`: what could have been held of what was asked for. */
const insufficientStock = (requested: Quantity, available: Quantity): Rejection => ({
  code: 'INSUFFICIENT_STOCK',
  detail: 'Less is available than was asked for. Ask for less, or try again once stock has arrived.',
  facts: { requested, available },
});
