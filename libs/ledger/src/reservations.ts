import { randomUUID } from 'node:crypto';
import {
  decideReservation,
  type EndHold,
  evolveReservation,
  heldOf,
  isRejection,
  type Rejection,
  type ReservationCommand,
  type ReservationEvent,
  type ReservationState,
  reservationStream,
  reservationUnknown,
} from '#inventory';
import { type Append, appendManySurely, appendSurely, newEventId } from '#event-store';
import type { Instant, Quantity } from '#kernel';
import { checkConfirm } from './check-reserve.ts';
import { answerOf, firstAnswerOf, type ReservationAnswer } from './reservation-answer.ts';
import { Contention } from './ledger.faults.ts';
import { readReservation } from './read-reservation.ts';
import { POSTED_WAIT_MS, Reserving, type ReserveRequest, type ReservingParts } from './reserving.ts';

/** How often a decision on a reservation may lose a race against another one. */
const RACES_MAX = 8;
/**
 * Items keep a confirmed hold this long, whatever its deadline was, so that posting finds it: far longer than it takes.
 */
const CONFIRMED_WITHIN_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * Holds over several items. Everything is decided in the reservation's own stream, at its exact revision: it gets one
 * terminal event, which posting carries to the items whatever happens on the way.
 */
export class Reservations {
  readonly #parts: ReservingParts;
  readonly #reserving: Reserving;

  constructor(parts: ReservingParts) {
    this.#parts = parts;
    this.#reserving = new Reserving(parts);
  }

  /**
   * Holds all that is asked for or, if `partial`, as much as there is. The same request again gets the first answer.
   */
  async reserve(request: ReserveRequest): Promise<ReservationAnswer | Rejection> {
    const reserved = await this.#reserving.reserve(request);
    return isRejection(reserved) ? reserved : firstAnswerOf(reserved.state, reserved.isNew);
  }

  /** The reservation as it is now; undefined if nothing was ever held under this id. */
  async get(reservationId: string): Promise<ReservationAnswer | undefined> {
    const state = await readReservation(this.#parts.store, reservationId);
    return state && answerOf(state);
  }

  /**
   * Promises it to the order: all of it, or these lines, and the rest is free again. The items' holds are extended
   * first, for items end them at the deadline by themselves: a hold that ended before the promise arrives would let the
   * goods be sold twice. If the confirmation is never stored, the reservation still ends at its deadline, and its holds
   * with it.
   */
  async confirm(
    reservationId: string,
    order: { readonly orderId: string; readonly lines?: readonly { sku: string; quantity: Quantity }[] },
  ): Promise<ReservationAnswer | Rejection> {
    const refused = order.lines && (await this.#checkConfirm(reservationId, order.lines));
    if (refused) return refused;
    const state = await this.#decide(reservationId, { type: 'confirm', ...order });
    if (isRejection(state)) return state;
    await this.#parts.posted(state.position, POSTED_WAIT_MS);
    return answerOf(state)!;
  }

  async release(reservationId: string, actor?: string): Promise<ReservationAnswer | Rejection> {
    const released = { type: 'release', ...(actor !== undefined && { actor }) } as const;
    const state = await this.#decide(reservationId, released);
    if (isRejection(state)) return state;
    await this.#endHolds(state);
    return answerOf(state)!;
  }

  /** Moves the deadline later: for the items first, so that none ends its hold before the new deadline. */
  async extend(reservationId: string, expiresInSeconds: number): Promise<ReservationAnswer | Rejection> {
    const state = await this.#decide(reservationId, { type: 'extend', expiresInSeconds });
    return isRejection(state) ? state : answerOf(state)!;
  }

  /** An order was told that names this reservation: its own lines take over what is still held. */
  async confirmByOrder(
    reservationId: string,
    order: { readonly channel: string; readonly orderId: string; readonly recordedAt: Instant },
  ): Promise<void> {
    const known = await readReservation(this.#parts.store, reservationId);
    if (known?.channel !== order.channel) return;
    const { orderId, recordedAt } = order;
    await this.#decide(reservationId, { type: 'confirm', orderId, byOrder: true }, recordedAt);
  }

  /**
   * Does what no caller will: ends what is past its deadline, refuses what a crash interrupted. It is decided on what the
   * picture knows, all in one pass: where the picture is behind the reservation, nothing is done this time.
   */
  async tidy(due: readonly ReservationState[], now: Instant): Promise<void> {
    const interrupted = due.filter(
      ({ state, reservationId }) => state === 'requested' && !this.#reserving.isRunning(reservationId),
    );
    await Promise.all([
      this.#expire(
        due.filter(({ state }) => state === 'held'),
        now,
      ),
      ...interrupted.map((each) => this.#reserving.interrupt(each)),
    ]);
  }

  /** Ends a hold whose reservation has ended or never was held: a slow request made it too late. */
  async letGo(reservationId: string, sku: string): Promise<void> {
    const known = await readReservation(this.#parts.store, reservationId);
    if (known?.state === 'held' || known?.state === 'requested') return;
    await this.#parts.desk.submit(sku, { type: 'end-hold', reservationId, end: 'expired' });
  }

  async #expire(held: readonly ReservationState[], now: Instant): Promise<void> {
    const appends: Append[] = [];
    const heldAt = new Map<string, number>();
    for (const state of held) {
      const event = decideReservation({ type: 'expire' }, state, now);
      if (isRejection(event)) continue;
      const stream = reservationStream(state.reservationId);
      appends.push({ stream, expectedRevision: state.revision, events: [{ id: newEventId(), ...event }] });
      const { position } = state.held!;
      for (const sku of heldOf(state).keys()) heldAt.set(sku, Math.max(position, heldAt.get(sku) ?? 0));
    }
    if (appends.length === 0) return;
    await Promise.all([
      appendManySurely(this.#parts.store, appends),
      ...Array.from(heldAt, ([sku, position]) => this.#endOverdue(sku, position)),
    ]);
  }

  /** One command for all holds of an item. It asks what it is to be asked anyway: whether their deadline is past. */
  #endOverdue(sku: string, heldAt: number): Promise<unknown> {
    return this.#parts.desk.submit(sku, { type: 'end-overdue', heldAt });
  }

  async #checkConfirm(
    reservationId: string,
    lines: readonly { readonly sku: string; readonly quantity: Quantity }[],
  ): Promise<Rejection | undefined> {
    const { store, catalog } = this.#parts;
    const known = await readReservation(store, reservationId);
    return known && checkConfirm(lines, known.requested, catalog);
  }

  async #decide(
    reservationId: string,
    command: ReservationCommand,
    now?: Instant,
  ): Promise<ReservationState | Rejection> {
    const { store, clock } = this.#parts;
    for (let race = 0; race < RACES_MAX; race++) {
      const state = await readReservation(store, reservationId);
      if (!state) return reservationUnknown;
      const at = now ?? clock.now();
      const event = decideReservation(command, state, at);
      if (isRejection(event)) return event;
      const expiresAt = neededUntil(event, at);
      if (expiresAt !== undefined) {
        const lost = await this.#atItems(state, {
          type: 'end-hold',
          reservationId,
          request: state.request,
          end: 'extended',
          expiresAt,
        });
        if (lost) return lost;
      }
      const stored = [{ id: randomUUID(), ...event }];
      const outcome = await appendSurely(store, reservationStream(reservationId), state.revision, stored);
      if (outcome.outcome === 'conflict') continue;
      const place = {
        revision: outcome.revision,
        position: outcome.positions[0]!,
        recordedAt: outcome.recordedAt,
      };
      return evolveReservation(state, reservationId, { ...event, ...place });
    }
    throw new Contention(`Reservation ${reservationId} is being changed by another request. Try again.`);
  }

  /** Frees its goods at once: posting would do so only a moment later. */
  async #endHolds(state: ReservationState): Promise<void> {
    const { reservationId, request, held } = state;
    const heldAt = held?.position;
    await this.#atItems(state, { type: 'end-hold', reservationId, request, end: 'released', heldAt });
  }

  /** Puts the command to every item that is held. Returns the first refusal, if there is one. */
  async #atItems(state: ReservationState, command: EndHold): Promise<Rejection | undefined> {
    const skus = [...heldOf(state).keys()];
    const answers = await Promise.all(skus.map((sku) => this.#parts.desk.submit(sku, command)));
    return answers.find(isRejection);
  }
}

/** Until when the items must agree to hold before this event is stored; undefined if it needs nothing of them. */
function neededUntil(event: ReservationEvent, now: Instant): Instant | undefined {
  if (event.type === 'ReservationExtended') return event.data.expiresAt;
  const isPromised = event.type === 'ReservationConfirmed' && event.data.byOrder !== true;
  return isPromised ? now + CONFIRMED_WITHIN_MS : undefined;
}
