import type { Instant, Quantity } from '#kernel';
import { amountsOf } from '../document/amounts.ts';
import { channelOf } from '../document/told-message.ts';
import type { OpenPast } from '../entry.ts';
import type { OrderAnnounced } from '../journal-event.ts';
import { deriveOpenSteps, type OpenSteps } from './derive-order.ts';
import { inReadingOrder } from './order-fact.ts';
import type { OrderFact } from './order-state.ts';

/**
 * What a fact that is told late says of the time in between: the order was open before it was cancelled, even if the
 * cancel was told first, and it was wanted in one place before it was wanted in another. The fact's other entries say
 * how much is open in the end and where, as of the fact's own time.
 */
export function openPastEntries(
  before: readonly OrderFact[],
  after: readonly OrderFact[],
  fact: OrderFact,
  announced?: readonly OrderAnnounced[],
): readonly OpenPast[] {
  const changes = new Map<string, Changes>();
  const now = deriveOpenSteps(after, announced);
  const isStill = (each: OpenSteps): boolean => now.some(({ row }) => row.announced === each.row.announced);
  for (const steps of deriveOpenSteps(before, announced)) {
    if (steps.row.announced === undefined || isStill(steps)) addSteps(changes, steps, -1);
    else addEnded(changes, steps, fact.key.at);
  }
  for (const steps of now) addSteps(changes, steps, 1);
  const order = { channel: channelOf(fact.message), orderId: fact.message.data.orderId };
  return [...changes.values()].flatMap(({ sku, line, location, byTime }): OpenPast[] => {
    const atLast = [...byTime.values()].reduce((sum, by) => sum + by, 0);
    byTime.set(fact.key.at, (byTime.get(fact.key.at) ?? 0) - atLast);
    const told = [...byTime].filter(([, by]) => by !== 0).sort(([a], [b]) => a - b);
    if (told.length === 0) return [];
    const pin = location === undefined ? {} : { location };
    const steps = told.map(([from, by]) => ({ from, by }));
    return [{ kind: 'open-past', key: fact.key, sku, ...order, line, changes: steps, ...pin }];
  });
}

/** True if no known fact happened after it or is read after it: then it says nothing new about the past. */
export const isNewest = (fact: OrderFact, facts: readonly OrderFact[]): boolean =>
  facts.every(({ key }) => key.at <= fact.key.at) && inReadingOrder(facts).at(-1) === fact;

/** By how much more or less of a line was open from each moment on, at one location or at none in particular. */
interface Changes {
  readonly sku: string;
  readonly line: string;
  readonly location: string | undefined;
  readonly byTime: Map<Instant, Quantity>;
}

function addSteps(changes: Map<string, Changes>, { row, steps }: OpenSteps, sign: 1 | -1): void {
  let last: Omit<(typeof steps)[number], 'at'> = { open: 0, location: undefined };
  for (const step of steps) {
    const { at, open, location } = step;
    if (location === last.location) addStep(changes, row, { at, location, by: sign * (open - last.open) });
    else {
      addStep(changes, row, { at, location: last.location, by: -sign * last.open });
      addStep(changes, row, { at, location, by: sign * open });
    }
    last = step;
  }
}

/**
 * What a reservation promised ends with the placing. From then on the order's own lines were promised, even if some of
 * what the reservation promised ended only later. What is still unnamed belongs to no line: the rest of it is released
 * as of the placing's own time.
 */
function addEnded(changes: Map<string, Changes>, { row, steps }: OpenSteps, placedAt: Instant): void {
  const since = steps.map((step) => ({ ...step, at: Math.max(step.at, placedAt) }));
  if (!row.isUnnamed) return addSteps(changes, { row, steps: since }, -1);
  let last = since.at(-1)!.open;
  for (const { at, open, location } of since) {
    addStep(changes, row, { at, location, by: last - open });
    last = open;
  }
}

function addStep(
  changes: Map<string, Changes>,
  { sku: told, line, components, announced }: OpenSteps['row'],
  { at, location, by }: { at: Instant; location: string | undefined; by: Quantity },
): void {
  if (told === undefined || by === 0) return; // Nothing of it is posted yet.
  const item = { sku: told, ...(components && { components }) };
  for (const { sku, quantity } of amountsOf(item, Math.abs(by))) {
    const name = announced === undefined ? `${sku}\n${line}` : `${sku}\n\n${announced}`;
    const key = `${name}\n${location ?? ''}`;
    const known = changes.get(key) ?? { sku, line, location, byTime: new Map<Instant, Quantity>() };
    changes.set(key, known);
    known.byTime.set(at, (known.byTime.get(at) ?? 0) + Math.sign(by) * quantity);
  }
}
