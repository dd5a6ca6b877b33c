import { randomUUID } from 'node:crypto';
import {
  type CatalogView,
  insufficientStock,
  isRejection,
  type Rejection,
  type RequestedLine,
  type ReservationEvent,
  type ReservationState,
  reservationStream,
  skusOf,
} from '#inventory';
import { appendSurely, type EventStore, NO_STREAM } from '#event-store';
import type { Clock, Quantity } from '#kernel';
import { resolveReserve } from './check-reserve.ts';
import { holdItems } from './hold-items.ts';
import type { ItemDesk } from './item-desk.ts';
import { Contention } from './ledger.faults.ts';
import { readReservation } from './read-reservation.ts';

export interface ReserveRequest {
  readonly reservationId: string;
  readonly channel: string;
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: Quantity;
    readonly location?: string;
  }[];
  readonly partial: boolean;
  readonly expiresInSeconds: number;
}

export interface ReservingParts {
  readonly store: EventStore;
  readonly desk: Pick<ItemDesk, 'submit'>;
  readonly catalog: CatalogView;
  readonly clock: Clock;
  readonly posted: (position: number, timeoutMs: number) => Promise<unknown>;
}

/** A reservation that was held, by this request or by an earlier copy of it. */
interface Reserved {
  readonly state: ReservationState;
  readonly isNew: boolean;
}

const ROUNDS_MAX = 8;
/** How long an answer waits for its decision to be posted to the items. */
export const POSTED_WAIT_MS = 2_000;

/**
 * Makes reservations. The request is durable before any item is held, so that after a crash the same request finds its
 * holds, and one that is never repeated is found and refused.
 */
export class Reserving {
  readonly #parts: ReservingParts;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(parts: ReservingParts) {
    this.#parts = parts;
  }

  /** True while this process works on a request of this id. */
  isRunning(reservationId: string): boolean {
    return this.#running.has(reservationId);
  }

  /** One request per id at a time: the next one finds what became of it. */
  async reserve(request: ReserveRequest): Promise<Reserved | Rejection> {
    const { reservationId } = request;
    const before = this.#running.get(reservationId) ?? Promise.resolve();
    const mine = before.then(() => this.#reserve(request));
    const settled = mine.then(nothing, nothing);
    this.#running.set(reservationId, settled);
    try {
      return await mine;
    } finally {
      if (this.#running.get(reservationId) === settled) this.#running.delete(reservationId);
    }
  }

  /** Refuses a request that was never finished. It may be made again. */
  async interrupt(state: ReservationState): Promise<void> {
    const refused = { shortages: [], interrupted: true as const };
    await this.#finish(state, { type: 'ReservationRefused', data: refused });
  }

  async #reserve(request: ReserveRequest): Promise<Reserved | Rejection> {
    const lines = resolveReserve(request, this.#parts.catalog);
    if (isRejection(lines)) return (await this.#firstAnswer(request)) ?? lines;
    let state = await this.#request(request, lines, NO_STREAM);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const known = state ?? (await readReservation(this.#parts.store, request.reservationId));
      if (!known) continue;
      const first = firstAnswer(request, known);
      if (first) return first;
      if (known.state === 'requested') {
        const reserved = await this.#holdAndFinish(known);
        if (reserved) return reserved;
        state = undefined;
      } else {
        // Posting ends what the refused request held: only then may this one hold anew.
        await this.#parts.posted(known.position, POSTED_WAIT_MS);
        state = await this.#request(request, lines, known.revision);
      }
    }
    throw new Contention(
      `Reservation ${request.reservationId} is being changed by another request. Try again.`,
    );
  }

  async #firstAnswer(request: ReserveRequest): Promise<Reserved | Rejection | undefined> {
    const known = await readReservation(this.#parts.store, request.reservationId);
    return known && firstAnswer(request, known);
  }

  /** The state after the request, if it could be made at this revision. */
  async #request(
    { reservationId, channel, partial, expiresInSeconds }: ReserveRequest,
    lines: readonly RequestedLine[],
    revision: number,
  ): Promise<ReservationState | undefined> {
    const expiresAt = this.#parts.clock.now() + expiresInSeconds * 1_000;
    const data = { channel, lines, partial, expiresInSeconds, expiresAt };
    const outcome = await this.#append(reservationId, revision, { type: 'ReservationRequested', data });
    if (!outcome) return undefined;
    return {
      ...{ reservationId, revision: revision + 1, request: revision + 1, position: outcome.position },
      state: 'requested',
      ...{ channel, requested: lines, partial, expiresInSeconds, expiresAt, requestedAt: outcome.recordedAt },
    };
  }

  /** Undefined if another process finished it meanwhile. */
  async #holdAndFinish(state: ReservationState): Promise<Reserved | Rejection | undefined> {
    const { desk, catalog } = this.#parts;
    try {
      const outcome = await holdItems(state, desk, catalog);
      if ('lines' in outcome) return await this.#finish(state, { type: 'ReservationHeld', data: outcome });
      const refused = await this.#finish(state, { type: 'ReservationRefused', data: outcome });
      return refused && insufficientStock(outcome.shortages);
    } catch (cause) {
      // If this fails as well, the request is refused when its time is over.
      await this.interrupt(state).catch(nothing);
      throw cause;
    }
  }

  /** Undefined if another process was faster. Holds that the reservation does not have in the end are released. */
  async #finish(
    state: ReservationState,
    event: Extract<ReservationEvent, { type: 'ReservationHeld' | 'ReservationRefused' }>,
  ): Promise<Reserved | undefined> {
    const { reservationId, revision, expiresAt } = state;
    const outcome = await this.#append(reservationId, revision, event);
    if (outcome && event.type === 'ReservationHeld') {
      const { position } = outcome;
      const held = { lines: event.data.lines, expiresAt, position };
      return { state: { ...state, state: 'held', revision: revision + 1, position, held }, isNew: true };
    }
    const now = outcome ? undefined : await readReservation(this.#parts.store, reservationId);
    if (now?.state !== 'held' && now?.state !== 'requested') await this.#letGo(state);
    return outcome && { state, isNew: true };
  }

  async #letGo(state: ReservationState): Promise<void> {
    const { reservationId, request } = state;
    const end = { type: 'end-hold', reservationId, request, end: 'released' } as const;
    await Promise.all(skusOf(state).map((sku) => this.#parts.desk.submit(sku, end)));
  }

  async #append(
    reservationId: string,
    revision: number,
    event: ReservationEvent,
  ): Promise<{ position: number; recordedAt: number } | undefined> {
    const stream = reservationStream(reservationId);
    const outcome = await appendSurely(this.#parts.store, stream, revision, [{ id: randomUUID(), ...event }]);
    if (outcome.outcome === 'conflict') return undefined;
    return { position: outcome.positions[0]!, recordedAt: outcome.recordedAt };
  }
}

/** The first answer to a request of this id; undefined if it is still to be decided. */
function firstAnswer(request: ReserveRequest, known: ReservationState): Reserved | Rejection | undefined {
  if (!isSame(request, known)) return differentContent;
  if (known.held) return { state: known, isNew: false };
  return known.shortages && insufficientStock(known.shortages);
}

function isSame(request: ReserveRequest, known: ReservationState): boolean {
  const { channel, partial, expiresInSeconds, lines } = request;
  if (channel !== known.channel || partial !== known.partial) return false;
  if (expiresInSeconds !== known.expiresInSeconds || lines.length !== known.requested.length) return false;
  return lines.every((line, index) => {
    const first = known.requested[index]!;
    return line.sku === first.sku && line.quantity === first.quantity && line.location === first.location;
  });
}

const differentContent: Rejection = {
  code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
  detail: 'This reservationId was already used for a different request. Send a new request under a new id.',
};

const nothing = (): void => undefined;
