import type { ChangeReader } from './change-reader.ts';
import { type FeedEvent, withCursor } from './change.ts';
import type { OrderSource } from './change-source.ts';
import type { Span } from './hand-out.ts';
import { passedBy, type Place, toCursor } from './place.ts';

/** What one client of a channel's feed reads: changes as text, which is made once for all clients. */
export class Feed {
  readonly channel: string;
  readonly #reader: ChangeReader;
  readonly #orders: OrderSource;
  readonly #onHandedOut: (span: Span) => void;
  /** Everything up to this version was handed out to the client before, or does not concern it. */
  readonly #from: number;
  #place: Place;
  /** True if the last batch was full: more of its last version may follow. */
  #isCut = false;

  constructor(parts: {
    channel: string;
    reader: ChangeReader;
    orders: OrderSource;
    onHandedOut: (span: Span) => void;
  }) {
    this.channel = parts.channel;
    this.#reader = parts.reader;
    this.#orders = parts.orders;
    this.#onHandedOut = parts.onHandedOut;
    this.#place = parts.reader.place;
    this.#from = passedBy(this.#place);
  }

  /** Resumes after everything handed out so far, even if that is nothing yet. */
  get cursor(): string {
    return toCursor(this.channel, this.#place);
  }

  /**
   * The events that there are now, in order, at most `limit`; if there are none, wait for `more`. After StoreUnavailable was
   * thrown open another feed at `cursor`: this one has lost its place.
   */
  async next(limit: number): Promise<readonly FeedEvent[]> {
    for (;;) {
      const changes = await this.#reader.next(limit);
      const events: FeedEvent[] = [];
      for (const change of changes) {
        const told = change.tell(this.channel, this.#orders);
        const event = told instanceof Promise ? await told : told;
        if (event === undefined) continue;
        const place = this.#reader.placeOf(change);
        const isShared = place.ordersAfter === undefined;
        events.push(isShared ? event : withCursor(event, toCursor(this.channel, place)));
      }
      this.#place = this.#reader.place;
      if (events.length > 0 || this.#isCut) {
        this.#onHandedOut({ from: this.#from, through: passedBy(this.#place) });
      }
      this.#isCut = changes.length === limit;
      if (events.length > 0 || changes.length === 0) return events;
    }
  }

  /** Resolves true as soon as `next` may find something, false once `signal` aborts. */
  more(signal: AbortSignal): Promise<boolean> {
    return this.#reader.more(signal);
  }
}
