import {
  evolveReservation,
  type RecordedReservationEvent,
  type ReservationState,
  type StockReserved,
} from '#inventory';
import type { RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { ReadModel, Shelf } from '#read-model';

/** A reservation; and, if it was confirmed before its order named its lines, the position at which it did. */
export interface ReservationRow extends ReservationState {
  readonly orderAt?: number;
}

/** A reservation that is to be ended, and its place among all that are. */
export interface DueReservation {
  readonly reservation: ReservationRow;
  readonly place: DuePlace;
}

export interface DuePlace {
  readonly key: string;
  readonly value: string | number;
}

/** One item's part of a reservation, while it is held. */
interface HoldRow {
  readonly reservationId: string;
  readonly sku: string;
  readonly expiresAt: Instant;
}

/** How long a request may take: after that it is assumed to have crashed, and refused. */
const REQUEST_MS_MAX = 5_000;
/** `orderAt` of a confirmed reservation whose order has not named its lines yet. */
const NOT_YET = Number.MAX_SAFE_INTEGER;
const PAGE_ROWS = 500;

/** Reservations and the holds that are open for them. */
export class ReservationShelf {
  readonly #reservations: Shelf<ReservationRow>;
  readonly #holds: Shelf<HoldRow>;
  /** By `{channel}:{orderId}`: which confirmed reservations wait for the order to name its lines. */
  #waiting: Map<string, readonly string[]> | undefined;

  constructor(readModel: ReadModel) {
    this.#reservations = readModel.shelf<ReservationRow>({
      name: 'ledger-reservations',
      version: 1,
      indexes: {
        due: ({ state, expiresAt, requestedAt }) =>
          state === 'held' ? expiresAt : state === 'requested' ? requestedAt + REQUEST_MS_MAX : null,
        orderAt: (row) => (isAhead(row) ? (row.orderAt ?? NOT_YET) : null),
        channel: ({ channel }) => channel,
      },
    });
    this.#holds = readModel.shelf<HoldRow>({
      name: 'ledger-holds',
      version: 1,
      indexes: { expiresAt: ({ expiresAt }) => expiresAt },
    });
  }

  get(reservationId: string): ReservationRow | undefined {
    return this.#reservations.get(reservationId);
  }

  /** By id, after the id `after`, at most `limit`; only of one channel, if it is named. */
  list(page: { channel?: string; after?: string; limit: number }): readonly ReservationRow[] {
    const { channel, after, limit } = page;
    if (channel === undefined) return this.#reservations.byKey({ limit, after }).map(({ row }) => row);
    const behind = after === undefined ? {} : { after: { value: channel, key: after } };
    return this.#reservations.byIndex('channel', { equals: channel, limit, ...behind }).map(({ row }) => row);
  }

  /** Held ones whose deadline has come, and requests that were never finished: the oldest first, after `after`. */
  due(now: Instant, limit: number, after?: DuePlace): readonly DueReservation[] {
    return this.#reservations
      .byIndex('due', { limit, after })
      .filter(({ value }) => Number(value) <= now)
      .map(({ key, value, row: reservation }) => ({ reservation, place: { key, value } }));
  }

  /** Holds on items whose deadline was before `now`, the oldest first. */
  overdueHolds(now: Instant, limit: number): readonly HoldRow[] {
    return this.#holds
      .byIndex('expiresAt', { limit })
      .filter(({ value }) => Number(value) < now)
      .map(({ row }) => row);
  }

  /** Confirmed reservations whose order named its lines after this journal position, or has not done so yet. */
  aheadOfOrder(journal: number): readonly ReservationRow[] {
    const rows: ReservationRow[] = [];
    let after: { value: string | number; key: string } | undefined;
    for (;;) {
      const page = this.#reservations.byIndex('orderAt', { above: journal, limit: PAGE_ROWS, after });
      rows.push(...page.map(({ row }) => row));
      const last = page.at(-1);
      if (!last) return rows;
      after = { value: last.value, key: last.key };
    }
  }

  apply(reservationId: string, event: RecordedEvent): void {
    const before = this.#reservations.get(reservationId);
    const row = evolveReservation(before, reservationId, event as unknown as RecordedReservationEvent);
    this.#reservations.put(reservationId, row);
    if (row.state !== 'confirmed' || !isAhead(row)) return;
    const order = orderOf(row);
    const waiting = this.#waitingOrders();
    waiting.set(order, [...(waiting.get(order) ?? []), reservationId]);
  }

  /** The order has named its lines, or said that there are none. `order` is `{channel}:{orderId}`. */
  orderNamed(order: string, position: number): void {
    const waiting = this.#waitingOrders();
    const reservationIds = waiting.get(order);
    if (!reservationIds) return;
    waiting.delete(order);
    for (const reservationId of reservationIds) {
      const row = this.#reservations.get(reservationId);
      if (row) this.#reservations.put(reservationId, { ...row, orderAt: position });
    }
  }

  held(sku: string, { reservationId, expiresAt }: Pick<StockReserved, 'reservationId' | 'expiresAt'>): void {
    this.#holds.put(holdKey(reservationId, sku), { reservationId, sku, expiresAt });
  }

  ended(sku: string, reservationId: string): void {
    this.#holds.delete(holdKey(reservationId, sku));
  }

  #waitingOrders(): Map<string, readonly string[]> {
    if (this.#waiting) return this.#waiting;
    const waiting = new Map<string, readonly string[]>();
    for (const row of this.aheadOfOrder(NOT_YET - 1)) {
      waiting.set(orderOf(row), [...(waiting.get(orderOf(row)) ?? []), row.reservationId]);
    }
    this.#waiting = waiting;
    return waiting;
  }
}

/** True if it was promised to the order by a confirmation, not by the order's own lines. */
const isAhead = ({ confirmed }: ReservationState): boolean =>
  confirmed !== undefined && confirmed.byOrder !== true;

/** The order's name as in the name of its stream. */
export const orderOf = ({ channel, confirmed }: ReservationState): string =>
  `${channel}:${confirmed?.orderId ?? ''}`;

const holdKey = (reservationId: string, sku: string): string => `${reservationId}\n${sku}`;
