import type { Instant, Quantity } from '#kernel';
import { type Account, type Cause, compareFacts, type FactKey, onHandAccount } from '../entry.ts';
import type { RecordedItemEvent } from '../item/item-event.ts';
import { parseAccount } from '../item/account.ts';
import { isSameDocument } from '../item/past.ts';
import type { Disposition } from '../message.ts';

/** One change of the on-hand of one location and disposition; rows are in the order in which things happened. */
export interface TimelineRow {
  readonly position: number;
  readonly kind: Cause;
  readonly location: string;
  readonly disposition: Disposition;
  /** Signed; for a count the difference it made, so that each balance is the one before plus this. */
  readonly quantity: Quantity;
  readonly balance: Quantity;
  readonly document: string;
  readonly message: { readonly source: string; readonly id: string };
  readonly occurredAt: Instant;
  /** When it was posted. */
  readonly recordedAt: Instant;
  /** Position of the journal event that it carries; absent if a request to the item itself made it. */
  readonly journal?: number;
}

/**
 * The history of an item's on-hand by the time things happened, from its events in any order of arrival.
 * It is computed anew from the facts and ignores stored variances: after a late sale, a count shows the difference
 * that it makes with that sale.
 */
export function timelineOf(events: readonly RecordedItemEvent[]): TimelineRow[] {
  const books: Books = new Map();
  return stepsOf(events).map((step) => {
    const book = bookOf(books, step);
    const before = book.balance;
    take(book, step);
    return toRow(step, book.balance - before, book.balance);
  });
}

/** By what a row is found again or, if it is gone, the place where it stood. */
export type TimelinePlace = Pick<
  TimelineRow,
  'position' | 'kind' | 'location' | 'disposition' | 'document' | 'message' | 'occurredAt'
>;

/** The rows that come after this one, even if more was told since it was read. */
export function rowsBehind(rows: readonly TimelineRow[], place: TimelinePlace): readonly TimelineRow[] {
  const { position, location, disposition } = place;
  const same = rows.findLastIndex(
    (row) => row.position === position && row.location === location && row.disposition === disposition,
  );
  if (same >= 0) return rows.slice(same + 1);
  // The row came from a complete snapshot, and the snapshot's source has corrected that since.
  const stood = standingOf(place);
  const next = rows.findIndex((row) => compareSteps(standingOf(row), stood) > 0);
  return next < 0 ? [] : rows.slice(next);
}

const standingOf = ({ kind, position, document, message, occurredAt: at }: TimelinePlace): Standing => ({
  key: { at, source: message.source, id: message.id, document },
  counted: kind === 'count' || kind === 'snapshot',
  position,
});

/** The balance of each place's last row until `asOf`; places are in the order of their first rows. */
export function onHandAsOf(events: readonly RecordedItemEvent[], asOf: Instant): readonly PlaceBalance[] {
  const books: Books = new Map();
  for (const step of stepsOf(events, asOf)) take(bookOf(books, step), step);
  return [...books.values()];
}

/** The on-hand of one place in one disposition. */
interface PlaceBalance {
  readonly location: string;
  readonly disposition: Disposition;
  readonly balance: Quantity;
}

/** One account after the steps taken so far. */
interface Book extends PlaceBalance {
  balance: Quantity;
  lastCount: FactKey | undefined;
  /** Only movements with a sequence number can survive a count: the others need not be remembered. */
  readonly numbered: Step[];
}

type Books = Map<Account, Book>;

function bookOf(books: Books, { account, location, disposition }: Step): Book {
  let book = books.get(account);
  if (book === undefined) {
    book = { location, disposition, balance: 0, lastCount: undefined, numbered: [] };
    books.set(account, book);
  }
  return book;
}

function take(book: Book, step: Step): void {
  if (!step.counted) {
    book.balance += step.quantity;
    if (step.sequence !== undefined) book.numbered.push(step);
    return;
  }
  // What a message counted in another line is there besides what the first line did.
  const isMore = isSame(step.key, book.lastCount);
  book.balance = step.quantity + (isMore ? book.balance : survivors(book.numbered, step));
  book.lastCount = step.key;
}

/** One fact about one place: a signed movement, or what was counted. */
interface Step {
  readonly account: Account;
  readonly position: number;
  readonly recordedAt: Instant;
  readonly journal?: number | undefined;
  readonly key: FactKey;
  readonly kind: Cause;
  readonly location: string;
  readonly disposition: Disposition;
  readonly quantity: Quantity;
  readonly counted: boolean;
  /** Of a count: its source's movements with a greater number are not in it. Of a movement: its own number. */
  readonly sequence: number | undefined;
}

/** The steps until `asOf`, in the order in which things happened. */
function stepsOf(events: readonly RecordedItemEvent[], asOf = Number.POSITIVE_INFINITY): Step[] {
  const steps: Step[] = [];
  for (const event of events) if (happenedAt(event) <= asOf) addSteps(steps, event);
  for (const sweep of sweepSteps(events, steps)) if (sweep.key.at <= asOf) steps.push(sweep);
  return steps.sort(compareSteps);
}

/** For events that make no step by themselves the time does not matter. */
function happenedAt({ type, data }: RecordedItemEvent): Instant {
  if (type === 'MovementPosted' || type === 'CountPosted') return data.key.at;
  return type === 'OnHandAdjusted' ? data.occurredAt : 0;
}

/** Complete snapshots that did not list the item: 0 in every disposition that had a movement or count by then. */
function sweepSteps(events: readonly RecordedItemEvent[], steps: readonly Step[]): Step[] {
  if (!events.some(({ type }) => type === 'SweepPosted')) return [];
  // Only the newest sweep of a place is lifted by an event; an older one by the count of its own document.
  const lifted = events.flatMap(({ type, data }) =>
    type === 'SweepLifted' || type === 'CountPosted' ? [data] : [],
  );
  return events.flatMap(({ type, data, position, recordedAt }) => {
    if (type !== 'SweepPosted') return [];
    const { key, location, watermark } = data;
    if (lifted.some((lift) => lift.location === location && isSameDocument(lift.key, key))) return [];
    const told = steps.filter((step) => step.location === location && step.key.at <= key.at);
    return [...new Set(told.map(({ disposition }) => disposition))].map((disposition): Step => {
      const account = onHandAccount(location, disposition);
      const place = { account, location, disposition, sequence: watermark };
      return {
        ...place,
        position,
        recordedAt,
        journal: data.journal,
        key,
        kind: 'snapshot',
        quantity: 0,
        counted: true,
      };
    });
  });
}

/** Promises, holds and flags move no goods; sweeps are added when all other steps are known. */
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
      const account = onHandAccount(location, disposition);
      const place = { account, location, disposition, quantity, counted: true, sequence };
      steps.push({ ...place, position, recordedAt, journal: event.data.journal, key, kind });
      return;
    }
    case 'OnHandAdjusted': {
      const { adjustmentId: id, location, disposition, change: quantity, occurredAt: at } = event.data;
      const key = { at, source: 'onhand', id, document: id };
      const account = onHandAccount(location, disposition);
      const place = { account, location, disposition, quantity, counted: false, sequence: undefined };
      steps.push({ ...place, position, recordedAt, key, kind: 'adjustment' });
      return;
    }
    default:
  }
}

/** One side of a movement; outside accounts and goods in transit have no steps. */
function addMovement(
  steps: Step[],
  { position, recordedAt, data }: RecordedItemEvent & { readonly type: 'MovementPosted' },
  account: Account,
  quantity: Quantity,
): void {
  const place = parseAccount(account);
  if (place.kind !== 'on-hand') return;
  const { location, disposition } = place;
  const { key, cause: kind, sequence, journal } = data;
  const counted = false;
  steps.push({
    account,
    location,
    disposition,
    quantity,
    counted,
    sequence,
    position,
    recordedAt,
    journal,
    key,
    kind,
  });
}

type Standing = Pick<Step, 'key' | 'counted' | 'position'>;

/** By time. Movements at the very time of a count come before it, for it includes them. */
function compareSteps(a: Standing, b: Standing): number {
  return (
    a.key.at - b.key.at ||
    Number(a.counted) - Number(b.counted) ||
    compareFacts(a.key, b.key) ||
    a.position - b.position
  );
}

const isSame = (key: FactKey, other: FactKey | undefined): boolean =>
  other !== undefined && compareFacts(key, other) === 0;

/** The movements that had happened, but that according to the count's own source are not in it. */
function survivors(seen: readonly Step[], count: Step): Quantity {
  const { sequence: watermark } = count;
  if (watermark === undefined) return 0;
  return seen
    .filter((step) => step.key.source === count.key.source && (step.sequence ?? 0) > watermark)
    .reduce((sum, step) => sum + step.quantity, 0);
}

function toRow(step: Step, quantity: Quantity, balance: Quantity): TimelineRow {
  const { position, kind, location, disposition, key, recordedAt, journal } = step;
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
    ...(journal !== undefined && { journal }),
  };
}
