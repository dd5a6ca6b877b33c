import type { Quantity } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import type { ExceptionKind, Open } from '../entry.ts';
import type { OrderPart, OrderRow, OrderState } from './order-state.ts';

/** Everything that an order in its present state does to stock. The difference between two states is posted. */
export interface OrderEffects {
  /** By item: what confirmed reservations promise that no line has taken over yet; empty once the order is placed. */
  readonly promised: ReadonlyMap<string, Quantity>;
  /** By line and item, even if nothing of it is open. */
  readonly opens: ReadonlyMap<string, OpenEffect>;
  /** By part and item. */
  readonly moves: ReadonlyMap<string, MoveEffect>;
  /** By kind, item and location; only those above 0. */
  readonly flags: ReadonlyMap<string, FlagEffect>;
}

export interface OpenEffect {
  readonly line: string;
  readonly sku: string;
  readonly location?: string;
  readonly quantity: Quantity;
}

export interface MoveEffect {
  readonly cause: 'shipment' | 'return';
  readonly part: OrderPart;
  readonly sku: string;
  readonly quantity: Quantity;
}

export interface FlagEffect {
  readonly flag: ExceptionKind;
  readonly sku: string;
  readonly location?: string;
  readonly quantity: Quantity;
}

interface Sums {
  readonly promised: Map<string, Quantity>;
  readonly opens: Map<string, OpenEffect>;
  readonly moves: Map<string, MoveEffect>;
  readonly flags: Map<string, FlagEffect>;
}

export function effectsOf(order: OrderState): OrderEffects {
  const promised = new Map<string, Quantity>();
  for (const sku of order.announced) promised.set(sku, 0);
  const sums: Sums = { promised, opens: new Map(), moves: new Map(), flags: new Map() };
  for (const row of order.rows) {
    if (row.sku === undefined) continue; // Nothing of it is posted yet.
    if (row.isUnnamed) addPromised(sums, row);
    else addOpens(sums, row);
    for (const part of row.shipments) addMove(sums, row, 'shipment', part);
    for (const part of row.returns) addMove(sums, row, 'return', part);
    addFlags(sums, row, order);
  }
  return sums;
}

function addPromised({ promised }: Sums, row: OrderRow): void {
  for (const { sku, quantity } of ofItems(row, row.posted.open)) {
    promised.set(sku, (promised.get(sku) ?? 0) + quantity);
  }
}

const openName = (sku: string, line: string): string => `${sku}\n${line}`;

/** What was posted before, even if by older rules. */
export function postedOpens(posted: readonly Open[]): ReadonlyMap<string, OpenEffect> {
  return new Map(posted.map((open) => [openName(open.sku, open.line), open]));
}

function addOpens({ opens }: Sums, row: OrderRow): void {
  for (const { sku, quantity } of ofItems(row, row.posted.open)) {
    const key = openName(sku, row.line);
    const before = opens.get(key); // A line told with two items that share a component promises the sum.
    const location = before?.location ?? row.location;
    const sum = (before?.quantity ?? 0) + quantity;
    opens.set(key, { line: row.line, sku, ...(location !== undefined && { location }), quantity: sum });
  }
}

/** Whatever was shipped is posted; of what came back, only as much as had been shipped. */
function addMove({ moves }: Sums, row: OrderRow, cause: MoveEffect['cause'], part: OrderPart): void {
  if (part.isParked) return;
  const { source, id } = part.key;
  const effective = cause === 'shipment' ? part.quantity : part.quantity - part.excess;
  for (const { sku, quantity } of ofItems(row, effective)) {
    moves.set(`${source}:${id}\n${part.index}\n${sku}`, { cause, part, sku, quantity });
  }
}

function addFlags(sums: Sums, row: OrderRow, order: OrderState): void {
  for (const { location, excess } of row.shipments)
    addFlag(sums, row, { flag: 'over-shipment', location }, excess);
  for (const { location, excess, quantity, isParked } of row.returns) {
    if (order.isKnown) addFlag(sums, row, { flag: 'over-return', location }, excess);
    else if (!isParked) addFlag(sums, row, { flag: 'unlinked-return', location }, quantity);
  }
  if (!order.isKnown) return;
  const { refunded, ordered, shipped } = row.posted;
  addFlag(sums, row, { flag: 'over-refund' }, refunded - Math.max(ordered, shipped));
}

function addFlag(
  { flags }: Sums,
  row: OrderRow,
  flag: Pick<FlagEffect, 'flag' | 'location'>,
  excess: Quantity,
): void {
  if (excess <= 0) return;
  for (const { sku, quantity } of ofItems(row, excess)) {
    const key = `${flag.flag}\n${sku}\n${flag.location ?? ''}`;
    flags.set(key, { ...flag, sku, quantity: (flags.get(key)?.quantity ?? 0) + quantity });
  }
}

const ofItems = (row: OrderRow, quantity: Quantity): ReturnType<typeof amountsOf> =>
  amountsOf({ sku: row.sku!, ...(row.components && { components: row.components }) }, quantity);
