import { type EventStore, NO_STREAM } from '#event-store';
import {
  type Announcement,
  announceOrder,
  type Arrival,
  type CatalogView,
  journalStreamOf,
  type Message,
  orderStream,
  type OrderView,
  orderViewOf,
  type Rejection,
  type Repeat,
  repeatOf,
} from '#inventory';
import { type Instant, Turns } from '#kernel';
import { Acceptance, type AcceptanceParts, type Bringer, type ItemMaker } from './acceptance.ts';
import { changeStream } from './change-stream.ts';
import { FirstFacts } from './first-facts.ts';
import { IntakeLog } from './intake-log.ts';
import type { JournalBook } from './journal-book.ts';
import type { ParkedMessageName } from './journal-rows.ts';
import type { Outcome, Written } from './outcome.ts';
import { type Dismissal, ParkedLines, type ReleaseOutcome, type TriedRelease } from './parked-lines.ts';
import { Recorder } from './recorder.ts';
import { ToldStreams } from './told-streams.ts';

interface JournalParts {
  readonly store: EventStore;
  /** May be a little behind: a line that it cannot resolve yet is parked, and released when it can. */
  readonly catalog: CatalogView;
  readonly desk: ItemMaker;
  /** Where parked lines are found by their id. */
  readonly book: Pick<JournalBook, 'parkedLine'>;
}

/** An order as the log has it. */
export interface OrderNow {
  readonly view: OrderView;
  /** Position and time of the order's newest event. */
  readonly position: number;
  readonly recordedAt: Instant;
}

/**
 * The book of original entry. Takes each message once, as exactly one of accepted, duplicate, parked,
 * rejected; what it answers is durable.
 */
export class Journal {
  readonly #store: EventStore;
  readonly #book: JournalParts['book'];
  readonly #streams: ToldStreams;
  readonly #turns = new Turns();
  readonly #parked: ParkedLines;
  readonly #parts: AcceptanceParts;

  constructor({ store, catalog, desk, book }: JournalParts) {
    this.#store = store;
    this.#book = book;
    this.#streams = new ToldStreams(store);
    this.#parked = new ParkedLines({ store, catalog, desk, streams: this.#streams });
    const first = new FirstFacts(store, this.#streams);
    const recorder = new Recorder(store, this.#streams);
    this.#parts = { catalog, desk, first, recorder, turns: this.#turns, intake: new IntakeLog(store) };
  }

  /**
   * Takes what arrived, and returns the outcomes in the same order. Each message stands alone; those of one order or
   * document are recorded one after the other, those of different ones at the same time. Throws StoreUnavailable and
   * StoreFull: what was written by then is answered as a duplicate when everything is told again.
   */
  accept(arrivals: readonly Arrival[], by: Bringer): Promise<Outcome[]> {
    return new Acceptance(this.#parts, arrivals, by).run();
  }

  /**
   * Records that a reservation was confirmed for an order: until the order is placed, that is what is known of it. Does
   * nothing if that was recorded before, or the order is placed.
   */
  async announce(announcement: Announcement): Promise<void> {
    const stream = orderStream(announcement.channel, announcement.orderId);
    await this.#turns.take(stream, () =>
      // An announcement too large for one event is dropped: the items' promises stay without lines until the placing.
      changeStream({ store: this.#store, streams: this.#streams }, stream, (told) => {
        const data = announceOrder(told, announcement);
        return data && { type: 'OrderAnnounced', data };
      }),
    );
  }

  /** What would come of the message, if its name was used before; undefined if it was not. */
  repeatOf(message: Message): Promise<Repeat | undefined> {
    const stream = journalStreamOf(message);
    return this.#turns.take(stream, async () => {
      const told = await this.#streams.read(stream);
      if (told.revision === NO_STREAM) return undefined;
      await this.#streams.recall(stream, told, [{ message }]);
      const repeat = repeatOf(told, message);
      this.#streams.put(stream, told);
      return repeat;
    });
  }

  /** An order as the log has it now; undefined if nothing was ever told of it. */
  order(channel: string, orderId: string): Promise<OrderNow | undefined> {
    const stream = orderStream(channel, orderId);
    return this.#turns.take(stream, async () => {
      const told = await this.#streams.read(stream);
      if (told.facts.length === 0 && told.announced === undefined) return undefined;
      const { position, recordedAt } = told;
      const now = { view: orderViewOf(channel, orderId, told), position, recordedAt };
      this.#streams.put(stream, told);
      return now;
    });
  }

  /** Tries to release the parked lines of one message, with the present catalog. */
  release({ stream, source, messageId }: ParkedMessageName): Promise<TriedRelease> {
    return this.#turns.take(stream, () => this.#parked.release(stream, source, messageId));
  }

  /** Tries all parked lines of the message now. PARKED_UNKNOWN if no such line waits. */
  async retryParked(parkedId: string): Promise<ReleaseOutcome | Rejection> {
    const line = this.#book.parkedLine(parkedId);
    if (line === undefined) return parkedUnknown();
    const { releasedLines, waitingLines, position } = await this.release(line);
    return { releasedLines, waitingLines, ...(position !== undefined && { position }) };
  }

  /** Gives the line up, on somebody's request. PARKED_UNKNOWN if no such line waits. */
  async dismissParked(parkedId: string, dismissal: Dismissal): Promise<Written | Rejection> {
    const line = this.#book.parkedLine(parkedId);
    if (line === undefined) return parkedUnknown();
    const written = await this.#turns.take(line.stream, () => this.#parked.dismiss(line, dismissal));
    return written ?? parkedUnknown();
  }
}

const parkedUnknown = (): Rejection => ({
  code: 'PARKED_UNKNOWN',
  detail:
    'This line is not parked: it was released or dismissed, or never existed. GET /v1/parked lists what is.',
});
