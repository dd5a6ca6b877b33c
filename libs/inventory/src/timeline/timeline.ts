import type { Instant, Quantity } from '#kernel';
import { type Account, type Cause, compareFacts, type FactKey } from '../entry.ts';
import type { ItemEvent } from '../item/item-event.ts';
import { parseAccount } from '../item/account.ts';
import { isSameDocument } from '../item/past.ts';
import type { Disposition } from '../message.ts';

/** An event of an item's stream, with where and when it was stored. */
export type RecordedItemEvent = ItemEvent & { readonly position: number; readonly recordedAt: Instant };

/** One change of one place's on-hand, in the order in which things happened. */
export interface TimelineRow {
  readonly position: number;
  readonly kind: Cause;
  readonly location: string;
  readonly disposition: Disposition;
  /** Signed; of a count: the difference it made, so that each balance is the one before plus this. */
  readonly quantity: Quantity;
  readonly balance: Quantity;
  readonly document: string;
  readonly message: { readonly source: string; readonly id: string };
  readonly occurredAt: Instant;
  readonly recordedAt: Instant;
}

/**
 * The history of an item's on-hand by the time things happened, from its events in any order of arrival.
 * It is worked out anew from the facts and does not believe a variance that was stored: after a late sale a
 * count shows the difference it has today.
 */
export function timelineOf(events: Iterable<RecordedItemEvent>): TimelineRow[] {
  const steps = stepsOf(events).sort(compareSteps);
  // Only movements with a number of their source can outlive a count: the others need not be remembered.
  const numbered = new Map<Account, Step[]>();
  const balances = new Map<Account, Quantity>();
  const lastCounts = new Map<Account, FactKey>();
  return steps.map((step) => {
    const account = `${step.location}/${step.disposition}`;
    const before = balances.get(account) ?? 0;
    const seen = numbered.get(account) ?? [];
    // What a message counted in another line is there beside the first.
    const isMore = !step.counted || isSame(step.key, lastCounts.get(account));
    const balance = step.quantity + (isMore ? before : survivors(seen, step));
    if (step.counted) lastCounts.set(account, step.key);
    if (!step.counted && step.sequence !== undefined) remember(numbered, account, step);
    balances.set(account, balance);
    return toRow(step, balance - before, balance);
  });
}

/** One fact about one place: a signed movement, or what was counted. */
interface Step {
  readonly position: number;
  readonly recordedAt: Instant;
  readonly key: FactKey;
  readonly kind: Cause;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly counted: boolean;
  /** Of a count: movements of its source above it are not in it. Of a movement: its own number. */
  readonly sequence: number | undefined;
}

function stepsOf(events: Iterable<RecordedItemEvent>): Step[] {
  const all = [...events];
  const steps: Step[] = [];
  for (const event of all) addSteps(steps, event);
  const sweeps = sweepSteps(all, steps);
  return sweeps.length === 0 ? steps : [...steps, ...sweeps];
}

/** A complete snapshot that did not list the item: 0 of every disposition that had been told of by then. */
function sweepSteps(events: readonly RecordedItemEvent[], steps: readonly Step[]): Step[] {
  const lifted = events.flatMap(({ type, data }) => (type === 'SweepLifted' ? [data] : []));
  return events.flatMap(({ type, data, position, recordedAt }) => {
    if (type !== 'SweepPosted') return [];
    const { key, location, watermark } = data;
    if (lifted.some((lift) => lift.location === location && isSameDocument(lift.key, key))) return [];
    const told = steps.filter((step) => step.location === location && step.key.at <= key.at);
    return [...new Set(told.map(({ disposition }) => disposition))].map((disposition): Step => {
      const common = { position, recordedAt, key, location, disposition, sequence: watermark };
      return { ...common, kind: 'snapshot', quantity: 0, counted: true };
    });
  });
}

/** Promises, holds and flags move no goods; sweeps depend on what was told. */
function addSteps(steps: Step[], event: RecordedItemEvent): void {
  const { position, recordedAt } = event;
  switch (event.type) {
    case 'MovementPosted': {
      const { from, to, quantity } = event.data;
      addMovement(steps, event, from, -quantity);
      addMovement(steps, event, to, quantity);
      return;
    }
    case 'CountPosted': {
      const { key, cause: kind, location, disposition, quantity, watermark: sequence } = event.data;
      const place = { location, disposition, quantity, counted: true, sequence };
      steps.push({ position, recordedAt, key, kind, ...place });
      return;
    }
    case 'OnHandAdjusted': {
      const { adjustmentId: id, location, disposition, change: quantity, occurredAt: at } = event.data;
      const key = { at, source: 'onhand', id, document: id };
      const place = { location, disposition, quantity, counted: false, sequence: undefined };
      steps.push({ position, recordedAt, key, kind: 'adjustment', ...place });
      return;
    }
    default:
  }
}

/** One side of a movement; none for the world outside and for what is on its way. */
function addMovement(
  steps: Step[],
  { position, recordedAt, data }: RecordedItemEvent & { readonly type: 'MovementPosted' },
  account: Account,
  quantity: Quantity,
): void {
  const place = parseAccount(account);
  if (place.kind !== 'on-hand') return;
  const { location, disposition } = place;
  const { key, cause: kind, sequence } = data;
  steps.push({ position, recordedAt, key, kind, location, disposition, quantity, counted: false, sequence });
}

/** By time; at the very time of a count the movements come first, for they are in it. */
function compareSteps(a: Step, b: Step): number {
  return (
    a.key.at - b.key.at ||
    Number(a.counted) - Number(b.counted) ||
    compareFacts(a.key, b.key) ||
    a.position - b.position
  );
}

const isSame = (key: FactKey, other: FactKey | undefined): boolean =>
  other !== undefined && compareFacts(key, other) === 0;

/** What the count's own source says was not yet in it, though it had happened. */
function survivors(seen: readonly Step[], count: Step): Quantity {
  const { sequence: watermark } = count;
  if (watermark === undefined) return 0;
  return seen
    .filter((step) => step.key.source === count.key.source && (step.sequence ?? 0) > watermark)
    .reduce((sum, step) => sum + step.quantity, 0);
}

function remember(steps: Map<Account, Step[]>, account: Account, step: Step): void {
  const known = steps.get(account);
  if (known) known.push(step);
  else steps.set(account, [step]);
}

function toRow(step: Step, quantity: Quantity, balance: Quantity): TimelineRow {
  const { position, kind, location, disposition, key, recordedAt } = step;
  const message = { source: key.source, id: key.id };
  const { document, at: occurredAt } = key;
  return {
    position,
    kind,
    location,
    disposition,
    quantity,
    balance,
    document,
    message,
    occurredAt,
    recordedAt,
  };
}
