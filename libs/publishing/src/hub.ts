import { type EventStore, isOfCategory, type RecordedEvent } from '#event-store';
import { orderNameOf, type Rejection } from '#inventory';
import type { Fold } from '#read-model';
import { Backlog } from './backlog.ts';
import { ChangeReader, fromNow, fromPlace, fromTheBeginning, type Start } from './change-reader.ts';
import type { NumberSource, OrderSource } from './change-source.ts';
import { Feed } from './feed.ts';
import type { Span } from './hand-out.ts';
import { fromCursor } from './place.ts';
import { ChangeRing } from './ring.ts';

/** Where a feed begins: after a cursor, with every listing once (`all`), or with the next change (`now`). */
export type FeedStart = { readonly cursor: string } | 'all' | 'now';

interface HubParts {
  readonly store: EventStore;
  readonly numbers: NumberSource;
  readonly orders: OrderSource;
  /** The position of the read model when the hub begins. */
  readonly position: number;
  /** Changes kept in memory for each channel; default RING_CHANGES_MAX. */
  readonly ringChangesMax?: number;
  /** Called with what each feed has handed out so far. */
  readonly onHandedOut?: (channel: string, span: Span) => void;
}

/**
 * For each channel, the ordered stream of its changes: listings' numbers and orders. Runs as a fold after availability, so
 * that all numbers of an event are there when it sees the event. It stores nothing: changes that are no longer in memory
 * are read from availability's index and from the log, without a gap between the two.
 */
export class Hub implements Fold {
  readonly #parts: HubParts;
  readonly #rings = new Map<string, ChangeRing>();
  readonly #backlog: Backlog;
  readonly #startedAt: number;
  readonly #stopListening: () => void;
  /** Rings that the event being applied has changed: the first `#touchedCount` of this array, which is reused. */
  readonly #touched: ChangeRing[] = [];
  #touchedCount = 0;
  /** Rings whose readers are woken at the end of this turn of the event loop. */
  readonly #toWake = new Set<ChangeRing>();
  #position: number;

  constructor(parts: HubParts) {
    this.#parts = parts;
    this.#position = parts.position;
    this.#startedAt = parts.position;
    this.#backlog = new Backlog(parts.store, parts.numbers, () => this.#position);
    this.#stopListening = parts.numbers.onChange((number) => {
      const ring = this.#ring(number.channel);
      if (ring.collect(number)) this.#touched[this.#touchedCount++] = ring;
    });
  }

  /** Every channel can read every change up to this position: the `published` of the status. */
  get position(): number {
    return this.#position;
  }

  apply(event: RecordedEvent): void {
    const { position, stream } = event;
    if (this.#touchedCount > 0) this.#settle(position);
    if (isOfCategory(stream, 'order')) this.#addOrder(position, orderNameOf(stream));
    this.#position = position;
  }

  /** Rejects a cursor that is another channel's, or is beyond the end of this log. */
  async open(channel: string, from: FeedStart): Promise<Feed | Rejection> {
    const start = await this.#startOf(channel, from);
    if (start === undefined) return CURSOR_INVALID;
    return new Feed({
      channel,
      reader: this.changes(channel, start),
      orders: this.#parts.orders,
      onHandedOut: (span) => this.#parts.onHandedOut?.(channel, span),
    });
  }

  /** The same changes, not yet as text. */
  changes(channel: string, start: Start): ChangeReader {
    const parts = {
      channel,
      ring: this.#ring(channel),
      backlog: this.#backlog,
      position: () => this.#position,
    };
    return new ChangeReader(parts, start);
  }

  close(): void {
    this.#stopListening();
  }

  async #startOf(channel: string, from: FeedStart): Promise<Start | undefined> {
    if (from === 'now') return fromNow(this.#position);
    if (from === 'all') return fromTheBeginning(this.#position);
    const place = fromCursor(channel, from.cursor);
    if (place === undefined) return undefined;
    // After a restart the picture may be a little behind what clients have seen. Then the feed begins once it is there.
    const isKnown = place.position <= this.#position || place.position <= (await this.#parts.store.head());
    return isKnown ? fromPlace(place) : undefined;
  }

  #settle(position: number): void {
    for (let index = 0; index < this.#touchedCount; index++) {
      const ring = this.#touched[index]!;
      ring.settle(position);
      this.#wakeSoon(ring);
    }
    this.#touchedCount = 0;
  }

  #addOrder(position: number, name: string): void {
    const colon = name.indexOf(':');
    const ring = this.#ring(name.slice(0, colon));
    ring.addOrder(position, name.slice(colon + 1));
    this.#wakeSoon(ring);
  }

  /** Once per turn, so that readers find the changes of a whole page at once. */
  #wakeSoon(ring: ChangeRing): void {
    if (!ring.isAwaited) return;
    if (this.#toWake.size === 0) queueMicrotask(() => this.#wake());
    this.#toWake.add(ring);
  }

  #wake(): void {
    const rings = [...this.#toWake];
    this.#toWake.clear();
    for (const ring of rings) ring.wake();
  }

  #ring(channel: string): ChangeRing {
    let ring = this.#rings.get(channel);
    if (ring === undefined) {
      ring = new ChangeRing(this.#startedAt, this.#parts.ringChangesMax);
      this.#rings.set(channel, ring);
    }
    return ring;
  }
}

const CURSOR_INVALID: Rejection = {
  code: 'CURSOR_INVALID',
  detail: 'This cursor is not one of this channel’s feed. Start again with ?after=0.',
};
