import {
  announcedLines,
  type Announcement,
  type Entry,
  type FactRecorded,
  type HoldEnd,
  type ItemEntry,
  type Open,
  orderStream,
  type Post,
  type ReservationState,
  type Settle,
  type Sweep,
} from '#inventory';
import { type EventStore, isOfCategory, type RecordedEvent } from '#event-store';
import { holdEnds } from './hold-ends.ts';
import { causeOfRelease, entriesOf, namesLines } from './journal-events.ts';
import type { KnownSweeps } from './known-sweeps.ts';
import type { LedgerBook } from './ledger-book.ts';
import { readReservation, reservationAsOf } from './read-reservation.ts';
import { readStreamUntil } from './read-stream.ts';
import { orderOf } from './reservation-shelf.ts';

/** What one journal event does to one item. */
interface ItemPost {
  readonly sku: string;
  readonly command: Post;
}

/** Items of a swept location that are posted together. */
const SWEPT_ITEMS = 500;

/** What a plan may ask of posting while it is carried out. */
interface PostingHelp {
  /** Resolves when everything posted so far is durable and in the picture. */
  settled(): Promise<void>;
  /** The page is done only after this work. */
  track(work: Promise<unknown>): void;
}

/** Called when an order was told that confirms this reservation. */
type ConfirmByOrder = (
  reservationId: string,
  order: { readonly channel: string; readonly orderId: string; readonly recordedAt: number },
) => Promise<unknown>;

/** Tells the journal that a reservation was confirmed for an order; does nothing if it knows. */
export type Announce = (announcement: Announcement) => Promise<unknown>;

/** Determines what a journal event does to which items. Almost always the event says so itself. */
export class PostingPlan {
  readonly #store: EventStore;
  readonly #book: LedgerBook;
  readonly #sweeps: KnownSweeps;
  readonly #confirmByOrder: ConfirmByOrder;
  readonly #announce: Announce;
  /** By `{channel}:{orderId}`: reservations confirmed before their order named its lines. */
  readonly #waiting = new Map<string, readonly string[]>();
  /** By the position of an event that ends or extends one: the reservation as of that event. */
  #readAhead: ReadonlyMap<number, ReservationState> = new Map();

  constructor(parts: {
    store: EventStore;
    book: LedgerBook;
    sweeps: KnownSweeps;
    confirmByOrder: ConfirmByOrder;
    announce: Announce;
  }) {
    this.#store = parts.store;
    this.#book = parts.book;
    this.#sweeps = parts.sweeps;
    this.#confirmByOrder = parts.confirmByOrder;
    this.#announce = parts.announce;
  }

  /** Posting begins after this journal position. */
  startAfter(journal: number): void {
    this.#waiting.clear();
    for (const row of this.#book.aheadOfOrder(journal)) this.#wait(orderOf(row), row.reservationId);
  }

  /**
   * To be called before the events of a page: of very many reservations that end together, each would otherwise wait for the
   * one before it to be read, and so would every fact behind them. Nearly always the picture knows them well enough.
   */
  async prepare(events: readonly RecordedEvent[]): Promise<void> {
    const read = new Map<number, ReservationState>();
    const concerned = events.filter(
      (event) => isOfCategory(event.stream, 'reservation') && !isHeldOrAsked(event),
    );
    this.#readAhead = read;
    if (concerned.length === 0) return;
    const unknown = concerned.filter((event) => {
      const reservation = reservationAsOf(event, this.#book.reservation(reservationIdOf(event)));
      if (reservation) read.set(event.position, reservation);
      return !reservation;
    });
    await Promise.all(
      unknown.map(async (event) => {
        const reservation = await readReservation(this.#store, reservationIdOf(event), event.revision);
        if (reservation) read.set(event.position, reservation);
      }),
    );
  }

  /**
   * Puts the posts of an event that is complete in itself. False if something has to be looked up first: see `posts`.
   */
  putNow(event: RecordedEvent, put: (sku: string, command: Post) => void): boolean {
    if (isOfCategory(event.stream, 'reservation')) return this.#putHoldEnds(event, put);
    const entries = entriesOf(event);
    if (this.#waiting.size > 0 && namesLines(event) && this.#waiting.has(orderName(event))) return false;
    for (const entry of entries) if (!isPlain(entry)) return false;
    const [first] = entries as readonly Plain[];
    if (entries.length === 1) put(first!.sku, postOf(event, [first!]));
    else for (const { sku, command } of postsBySku(event, entries as readonly Plain[])) put(sku, command);
    return true;
  }

  #putHoldEnds(event: RecordedEvent, put: (sku: string, command: Post) => void): boolean {
    if (isHeldOrAsked(event)) return true;
    if (event.type === 'ReservationConfirmed') return false;
    const reservation = this.#readAhead.get(event.position);
    if (!reservation) return true;
    for (const { sku, command } of postsBySku(event, holdEnds(reservation, event))) put(sku, command);
    return true;
  }

  /** The posts of any other event, in parts. */
  async *posts(event: RecordedEvent, help: PostingHelp): AsyncGenerator<readonly ItemPost[]> {
    if (isOfCategory(event.stream, 'reservation')) yield await this.#confirmedPosts(event, help);
    else yield* this.#factPosts(event, help);
  }

  async *#factPosts(event: RecordedEvent, help: PostingHelp): AsyncGenerator<readonly ItemPost[]> {
    const entries: Plain[] = [];
    const sweeps: Sweep[] = [];
    for (const entry of entriesOf(event)) {
      if (entry.kind === 'sweep') sweeps.push(entry);
      else entries.push(entry);
    }
    for (const [reservationId, open] of confirmedIn(entries)) {
      const { channel, orderId } = open;
      help.track(this.#confirmByOrder(reservationId, { channel, orderId, recordedAt: event.recordedAt }));
    }
    yield postsBySku(event, [...entries, ...(await this.#settles(event))]);
    for (const sweep of sweeps) yield* this.#sweepPosts(event, sweep, help);
  }

  /** For an order that names its lines: releases what its reservations promised beyond them. */
  async #settles(event: RecordedEvent): Promise<Settle[]> {
    if (!namesLines(event)) return [];
    const order = orderName(event);
    const reservationIds = this.#waiting.get(order) ?? [];
    this.#waiting.delete(order);
    const settles: Settle[] = [];
    const key = keyOf(event);
    for (const reservationId of reservationIds) {
      const reservation = await readReservation(this.#store, reservationId);
      if (reservation) settles.push(...settlesOf(reservation, key));
    }
    return settles;
  }

  /** Every item that was ever told of at the location, and that the document has not listed up to this message. */
  async *#sweepPosts(
    event: RecordedEvent,
    sweep: Sweep,
    help: PostingHelp,
  ): AsyncGenerator<readonly ItemPost[]> {
    this.#sweeps.add(sweep, event.position);
    const listed = await this.#listedBy(event, sweep);
    await help.settled(); // Even an item first told of a moment ago is in the picture now.
    for (let after = ''; ;) {
      const skus = this.#book.skusAt(sweep.location, { after, limit: SWEPT_ITEMS });
      const swept = skus.filter((sku) => !listed.has(sku));
      yield swept.map((sku) => ({ sku, command: postOf(event, [sweep]) }));
      if (skus.length < SWEPT_ITEMS) return;
      after = skus.at(-1)!;
    }
  }

  async #listedBy(event: RecordedEvent, sweep: Sweep): Promise<ReadonlySet<string>> {
    const listed = new Set(sweep.listed);
    for await (const told of readStreamUntil(this.#store, event.stream, event.revision)) {
      for (const entry of entriesOf(told)) {
        const isOfSweep =
          entry.kind === 'count' && entry.location === sweep.location && entry.key.at === sweep.key.at;
        if (isOfSweep) listed.add(entry.sku);
      }
    }
    return listed;
  }

  /** Promises what was confirmed, item by item. */
  async #confirmedPosts(event: RecordedEvent, help: PostingHelp): Promise<readonly ItemPost[]> {
    const reservation = this.#readAhead.get(event.position);
    if (!reservation) return NO_POSTS;
    const entries: (HoldEnd | Settle)[] = holdEnds(reservation, event);
    if (!reservation.confirmed?.byOrder) {
      const key = entries[0]!.key;
      if (await this.#isNamed(reservation, event.position)) entries.push(...settlesOf(reservation, key));
      else this.#wait(orderOf(reservation), reservation.reservationId);
      help.track(this.#announce(announcementOf(reservation, event)));
    }
    return postsBySku(event, entries);
  }

  /** Whether the order had told its lines before the reservation was confirmed for it. */
  async #isNamed({ channel, confirmed }: ReservationState, position: number): Promise<boolean> {
    const order = orderStream(channel, confirmed!.orderId);
    for await (const event of readStreamUntil(this.#store, order)) {
      if (event.position > position) return false;
      if (namesLines(event)) return true;
    }
    return false;
  }

  #wait(order: string, reservationId: string): void {
    const waiting = this.#waiting.get(order) ?? [];
    if (!waiting.includes(reservationId)) this.#waiting.set(order, [...waiting, reservationId]);
  }
}

const NO_POSTS: readonly ItemPost[] = [];

/** These events do nothing to items: the request itself makes its holds, and a mere request has none yet. */
const isHeldOrAsked = ({ type }: RecordedEvent): boolean =>
  type === 'ReservationRequested' || type === 'ReservationHeld';

type Plain = Exclude<Entry, Sweep>;

const isPlain = (entry: Entry): entry is Plain =>
  entry.kind !== 'sweep' && (entry.kind !== 'open' || entry.reservationId === undefined);

const postOf = (event: RecordedEvent, entries: readonly ItemEntry[]): Post => ({
  type: 'post',
  journal: event.position,
  recordedAt: event.recordedAt,
  cause: causeOfRelease(event.type),
  entries,
});

/** One post per item: a second one of the same journal event would be taken for a repeat. */
function postsBySku(event: RecordedEvent, entries: readonly Plain[]): readonly ItemPost[] {
  if (entries.length === 0) return NO_POSTS;
  const bySku = new Map<string, Plain[]>();
  for (const entry of entries) {
    const known = bySku.get(entry.sku);
    if (known) known.push(entry);
    else bySku.set(entry.sku, [entry]);
  }
  return [...bySku].map(([sku, ofItem]) => ({ sku, command: postOf(event, ofItem) }));
}

function confirmedIn(entries: readonly Plain[]): ReadonlyMap<string, Open> {
  const confirmed = new Map<string, Open>();
  for (const entry of entries) {
    if (entry.kind === 'open' && entry.reservationId !== undefined) confirmed.set(entry.reservationId, entry);
  }
  return confirmed;
}

function announcementOf(reservation: ReservationState, { recordedAt }: RecordedEvent): Announcement {
  const { channel, reservationId, confirmed } = reservation;
  const { orderId } = confirmed!;
  return { channel, orderId, reservationId, confirmedAt: recordedAt, lines: announcedLines(reservation) };
}

function settlesOf(reservation: ReservationState, key: Settle['key']): Settle[] {
  const { channel, confirmed, held } = reservation;
  const skus = new Set(held?.lines.map(({ sku }) => sku));
  return [...skus].map((sku) => ({ kind: 'settle', sku, key, channel, orderId: confirmed!.orderId }));
}

const orderName = ({ stream }: RecordedEvent): string => stream.slice('order-'.length);
const reservationIdOf = ({ stream }: RecordedEvent): string => stream.slice('reservation-'.length);

/** Of the message that an order's event records. */
function keyOf({ data, stream }: RecordedEvent): Settle['key'] {
  const { message } = data as FactRecorded;
  const document = stream.slice(stream.indexOf(':') + 1);
  return { at: message.occurredAt, source: message.source, id: message.id, document };
}
