import type { ListingNumber, OrderSource } from './change-source.ts';
import { AVAILABILITY, type ChangeKind, type Place, toCursor } from './place.ts';
import { availabilityBody } from './wire.ts';

/** One change as a reader of a feed gets it. */
export interface FeedEvent {
  readonly type: 'availability.changed' | 'order.updated';
  /** Resumes after this very event. */
  readonly cursor: string;
  readonly version: number;
  /** JSON text of the listing's number or of the order. */
  readonly data: string;
  /** The whole event as the text of one server-sent event. */
  readonly frame: string;
}

/** A listing's number or an order changed at a position. All readers share one object, and its text. */
export class Change implements Place {
  readonly position: number;
  readonly kind: ChangeKind;
  readonly id: string;
  /** Only of a listing: an order is looked up when it is told. */
  readonly number: ListingNumber | undefined;
  #isSuperseded = false;
  #told: FeedEvent | Promise<FeedEvent | undefined> | undefined;

  constructor(position: number, kind: ChangeKind, id: string, number?: ListingNumber) {
    this.position = position;
    this.kind = kind;
    this.id = id;
    this.number = number;
  }

  static ofNumber(number: ListingNumber): Change {
    return new Change(number.version, AVAILABILITY, number.listing, number);
  }

  /** True if a newer change of the same listing or order follows: then this one can be skipped. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  supersede(): void {
    this.#isSuperseded = true;
    this.#told = undefined;
  }

  /** The event, made once for all readers; `undefined` if a newer change, which will be told itself, has overtaken it. */
  tell(channel: string, orders: OrderSource): FeedEvent | Promise<FeedEvent | undefined> {
    if (this.#told !== undefined) return this.#told;
    if (this.number !== undefined) {
      const data = JSON.stringify(availabilityBody(this.number));
      return (this.#told = toEvent(channel, this, 'availability.changed', data));
    }
    const told = this.#tellOrder(channel, orders);
    this.#told = told;
    told.catch(() => (this.#told = undefined)); // The next reader tries again.
    return told;
  }

  async #tellOrder(channel: string, orders: OrderSource): Promise<FeedEvent | undefined> {
    const order = await orders.order(channel, this.id);
    if (order === undefined || order.position > this.position) return undefined;
    return toEvent(channel, this, 'order.updated', JSON.stringify(order.body));
  }
}

function toEvent(channel: string, change: Change, type: FeedEvent['type'], data: string): FeedEvent {
  const { position, kind, id } = change;
  const cursor = toCursor(channel, { position, kind, id });
  return { type, cursor, version: position, data, frame: toFrame(cursor, type, data) };
}

/** The same event with another cursor: for a reader whose place differs from the others' as to orders. */
export function withCursor(event: FeedEvent, cursor: string): FeedEvent {
  return { ...event, cursor, frame: toFrame(cursor, event.type, event.data) };
}

const toFrame = (cursor: string, type: string, data: string): string =>
  `id: ${cursor}\nevent: ${type}\ndata: ${data}\n\n`;
