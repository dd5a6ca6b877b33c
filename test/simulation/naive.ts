import type { Day, Fact, Line } from './day.ts';

/** What a day comes to: in units, whatever was told first. */
export interface Outcome {
  /** By `sku@location`. What is 0 is left out. */
  readonly onHand: Readonly<Record<string, number>>;
  readonly committed: Readonly<Record<string, number>>;
  readonly orders: Readonly<Record<string, OrderOutcome>>;
}

export interface OrderOutcome {
  readonly status: string;
  readonly lines: readonly { ordered: number; shipped: number; cancelled: number; open: number }[];
}

interface Movement {
  readonly at: number;
  readonly place: string;
  readonly units: number;
  readonly isCount?: true;
}

/** The same by hand: sorts what happened by its time and adds it up, and shares no code with the service. */
export function naiveOutcome(day: Day): Outcome {
  const orders = ordersOf(day.facts);
  const committed: Record<string, number> = {};
  for (const [orderId, { lines }] of Object.entries(orders)) {
    const placed = day.facts.find(({ type, data }) => type === 'order.placed' && data.orderId === orderId)!;
    for (const [index, { open }] of lines.entries()) add(committed, placed.data.lines![index]!.sku, open);
  }
  return { onHand: onHandOf(day), committed: sorted(committed), orders };
}

function onHandOf(day: Day): Record<string, number> {
  const movements = day.facts.flatMap(movementsOf).sort((a, b) => a.at - b.at);
  const onHand: Record<string, number> = {};
  for (const { place, units, isCount } of movements) {
    if (isCount) onHand[place] = units;
    else add(onHand, place, units);
  }
  for (const asked of day.requests) {
    if (asked.kind === 'adjust') add(onHand, `${asked.sku}@${asked.location}`, asked.change);
  }
  return sorted(onHand);
}

function movementsOf({ type, at, data }: Fact): Movement[] {
  const move = (location: string | undefined, sign: number): Movement[] =>
    (data.lines ?? []).map(({ sku, quantity }) => ({
      at,
      place: `${sku}@${location}`,
      units: sign * quantity,
    }));
  switch (type) {
    case 'stock.received':
    case 'sale.returned':
      return move(data.location, 1);
    case 'sale.completed':
    case 'order.shipped':
      return move(data.location, -1);
    case 'transfer.shipped':
      return move(data.from, -1);
    case 'transfer.received':
      return move(data.to, 1);
    case 'stock.counted':
      return move(data.location, 1).map((movement) => ({ ...movement, isCount: true }));
    default:
      return [];
  }
}

function ordersOf(facts: readonly Fact[]): Record<string, OrderOutcome> {
  const told = (type: string, orderId: unknown): Fact | undefined =>
    facts.find((fact) => fact.type === type && fact.data.orderId === orderId);
  const placed = facts.filter(({ type }) => type === 'order.placed');
  return Object.fromEntries(
    placed.map(({ data }) => {
      const shipped = told('order.shipped', data.orderId)?.data.lines ?? [];
      const isCancelled = told('order.cancelled', data.orderId) !== undefined;
      const lines = data.lines!.map((line) => lineOf(line, shipped, isCancelled));
      return [data.orderId, { status: statusOf(lines), lines }];
    }),
  );
}

function lineOf(
  { line, quantity }: Line,
  shippedLines: readonly Line[],
  isCancelled: boolean,
): OrderOutcome['lines'][number] {
  const shipped = shippedLines.find((one) => one.line === line)?.quantity ?? 0;
  const left = quantity - shipped;
  return { ordered: quantity, shipped, cancelled: isCancelled ? left : 0, open: isCancelled ? 0 : left };
}

function statusOf(lines: OrderOutcome['lines']): string {
  const isOpen = lines.some(({ open }) => open > 0);
  const isShipped = lines.some(({ shipped }) => shipped > 0);
  if (isShipped) return isOpen ? 'partially_shipped' : 'shipped';
  return isOpen ? 'open' : 'cancelled';
}

function add(sums: Record<string, number>, name: string, units: number): void {
  sums[name] = (sums[name] ?? 0) + units;
}

export const sorted = (sums: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(sums)
      .filter(([, units]) => units !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
