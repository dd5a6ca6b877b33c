import { assertNever, type Instant, type Quantity } from '#kernel';
import { excessOver } from '../document/amounts.ts';
import type { OrderAnnounced } from '../journal-event.ts';
import { compareFacts, type FactKey } from '../entry.ts';
import { inReadingOrder } from './order-fact.ts';
import {
  announcedRows,
  emptySheet,
  nameRest,
  openOf,
  type Part,
  type Row,
  rowFor,
  type Sheet,
  type Tally,
} from './order-sheet.ts';
import type {
  LineNumbers,
  OrderFact,
  OrderFactLine,
  OrderPart,
  OrderRow,
  OrderState,
} from './order-state.ts';

/**
 * The order that the set of its facts makes: in whatever sequence they arrived, they are read in the one in which they
 * happened. So a cancel that arrives before its order, a shipment before its placing, or two returns of which one is
 * too much need no rule of their own. Until the order is placed, the reservations that were confirmed for it stand for
 * its placing; from then on only its own lines count.
 */
export function deriveOrder(
  facts: readonly OrderFact[],
  announced: readonly OrderAnnounced[] = NONE_ANNOUNCED,
): OrderState {
  const sorted = inReadingOrder(facts);
  const isPlaced = sorted[0]?.message.type === 'order.placed';
  const sheet = emptySheet();
  const ahead = isPlaced ? NONE_ANNOUNCED : announced;
  for (const each of ahead) announcedRows(sheet, each);
  for (const fact of sorted) enter(sheet, fact);
  nameRest(sheet);

  const isKnown = isPlaced || sorted.some(({ message }) => message.type === 'order.shipped');
  return {
    isPlaced,
    isKnown,
    ...(isPlaced && { placedAt: sorted[0]!.key.at }),
    rows: sheet.rows.map((row) => finish(row, isPlaced, isKnown)),
    announced: ahead.length === 0 ? NO_ITEMS : itemsOf(ahead),
  };
}

const NONE_ANNOUNCED: readonly OrderAnnounced[] = [];
const NO_ITEMS: readonly string[] = [];

/** The ordinary items that these reservations promise. */
function itemsOf(announced: readonly OrderAnnounced[]): readonly string[] {
  const lines = announced.flatMap((each) => each.lines);
  return [...new Set(lines.flatMap((line) => line.components?.map(({ sku }) => sku) ?? [line.sku]))];
}

/** How much of one row was open from each step until the next, and where it was wanted; parked lines are left out. */
export interface OpenSteps {
  readonly row: Pick<Row, 'line' | 'sku' | 'components' | 'announced' | 'isUnnamed'>;
  readonly steps: readonly Readonly<OpenStep>[];
}

interface OpenStep {
  at: Instant;
  readonly open: Quantity;
  readonly location: string | undefined;
}

/** What was open over time. A fact counts no earlier than those that are read before it. */
export function deriveOpenSteps(
  facts: readonly OrderFact[],
  announced: readonly OrderAnnounced[] = NONE_ANNOUNCED,
): OpenSteps[] {
  const sorted = inReadingOrder(facts);
  const sheet = emptySheet();
  const steps = new Map<Row, OpenStep[]>();
  let at = 0;
  for (const each of sorted[0]?.message.type === 'order.placed' ? NONE_ANNOUNCED : announced) {
    for (const row of announcedRows(sheet, each))
      steps.set(row, [{ at: each.confirmedAt, open: openOf(row.posted), location: undefined }]);
  }
  for (const fact of sorted) {
    at = Math.max(at, fact.key.at);
    for (const row of enter(sheet, fact)) {
      const known = steps.get(row) ?? [];
      steps.set(row, known);
      // A fact from before the confirmation names what was confirmed: that was open since the fact.
      if (row.announced !== undefined) for (const step of known) step.at = Math.min(step.at, at);
      known.push({ at, open: openOf(row.posted), location: row.location });
    }
  }
  nameRest(sheet);
  return [...steps].map(([row, ofRow]) => ({ row, steps: ofRow }));
}

/** Returns the rows that the fact is about, one for each of its lines. */
function enter(sheet: Sheet, fact: OrderFact): readonly Row[] {
  const { message } = fact;
  if (message.type === 'order.cancelled' && message.data.lines === undefined) {
    for (const { told, posted } of sheet.rows) {
      told.cancelled += openOf(told);
      posted.cancelled += openOf(posted);
    }
    return sheet.rows;
  }
  // A line id that the message gives itself must not go to another of its lines, which has none.
  for (const { line } of message.data.lines ?? []) if (line !== undefined) sheet.names.add(line);
  return fact.lines.map((line) => {
    const row = rowFor(sheet, message.type, line);
    takeMeaning(row, line);
    takeLocation(row, fact, line);
    take(row.told, fact, line.quantity);
    if (!line.isParked) take(row.posted, fact, line.quantity);
    if (message.type === 'order.shipped') row.shipments.push(partOf(fact, line, message.data.location));
    if (message.type === 'order.returned') row.returns.push(partOf(fact, line, message.data.location));
    return row;
  });
}

/** A row has the item of the line that was resolved first, whenever that line happened. */
function takeMeaning(row: Row, line: OrderFactLine): void {
  if (line.isParked) row.isParked = true;
  if (row.sku === undefined && line.sku !== undefined) row.sku = line.sku;
  if (line.since >= row.since) return;
  row.since = line.since;
  if (line.components === undefined) delete row.components;
  else row.components = line.components;
}

/** The location of a parked line is ignored: it may be parked because that is unknown. */
function takeLocation(row: Row, { key }: OrderFact, { location, isParked }: OrderFactLine): void {
  if (isParked || location === undefined || isOlder(key, row.locatedBy)) return;
  row.location = location;
  row.locatedBy = key;
}

/** True if what is known is from a later fact: the first placing is read first, but others may have happened before. */
const isOlder = (key: FactKey, known: FactKey | undefined): boolean =>
  known !== undefined && compareFacts(key, known) < 0;

function take(tally: Tally, { message, key }: OrderFact, quantity: Quantity): void {
  const { type } = message;
  switch (type) {
    case 'order.placed':
    case 'order.changed':
      if (isOlder(key, tally.orderedBy)) return;
      tally.ordered = quantity;
      tally.orderedBy = key;
      return;
    case 'order.cancelled':
      tally.cancelled += Math.min(quantity, openOf(tally));
      return;
    case 'order.shipped':
      // What ships beyond the open quantity cannot have been cancelled.
      tally.cancelled -= Math.min(tally.cancelled, Math.max(0, quantity - openOf(tally)));
      tally.shipped += quantity;
      return;
    case 'order.returned':
      tally.returned += quantity;
      return;
    case 'order.refunded':
      tally.refunded += quantity;
      return;
    default:
      assertNever(type);
  }
}

function partOf({ key, message }: OrderFact, line: OrderFactLine, location: string): Part {
  const { index, quantity, disposition, isParked } = line;
  const sequence = message.sequence === undefined ? {} : { sequence: message.sequence };
  return { key, index, location, disposition, quantity, isParked, ...sequence };
}

function finish(row: Row, isPlaced: boolean, isKnown: boolean): OrderRow {
  const { line, item, sku, name, components, isUnnamed, isParked, location, told, posted } = row;
  return {
    line,
    item,
    ...(sku === undefined ? { name } : { sku }),
    ...(isUnnamed && { isUnnamed }),
    ...(components && { components }),
    isParked,
    ...(location !== undefined && { location }),
    told: numbersOf(told, isKnown),
    posted: numbersOf(posted, isKnown),
    shipments: withExcess(row.shipments, isPlaced ? posted.ordered : Number.POSITIVE_INFINITY),
    returns: withExcess(row.returns, isKnown ? posted.shipped : Number.POSITIVE_INFINITY),
  };
}

function numbersOf(tally: Tally, isKnown: boolean): LineNumbers {
  const { ordered, shipped, returned, refunded } = tally;
  return {
    ordered,
    open: openOf(tally),
    // What was shipped was not cancelled, whichever was told first; nor was what a change took from the line.
    cancelled: Math.min(tally.cancelled, Math.max(0, ordered - shipped)),
    shipped,
    returned: isKnown ? Math.min(returned, shipped) : returned,
    refunded,
  };
}

/** The parts in the sequence in which they happened, each with how much of it goes beyond `total`. */
function withExcess(parts: readonly Part[], total: Quantity): readonly OrderPart[] {
  if (parts.length === 0) return NO_PARTS;
  const excess = excessOver(
    total,
    parts.map(({ isParked, quantity }) => (isParked ? 0 : quantity)),
  );
  return parts.map((part, index) => ({ ...part, excess: excess[index]! }));
}

const NO_PARTS: readonly OrderPart[] = [];
