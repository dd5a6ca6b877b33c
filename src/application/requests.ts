import { Command, Query } from '@nestjs/cqrs';
import { type Adjust, isRejection, type Reallocate, type Rejection } from '#inventory';
import type {
  Adjusted,
  ExceptionFilter,
  ExceptionRow,
  LedgerPage,
  Reallocated,
  ReservationAnswer,
  ReservationRow,
  ReserveRequest,
} from '#ledger';
import type { Quantity } from '#kernel';
import type { OnHand } from '../service.ts';
import { onCommand, onList, onQuery } from './handlers.ts';
import { SEEN_MS_MAX } from './seen.ts';

/** Asks for stock to be held. */
export class Reserve extends Command<ReservationAnswer | Rejection> {
  constructor(readonly request: ReserveRequest) {
    super();
  }
}

/** What shall become of a hold. */
export type ReservationChange =
  | {
      readonly to: 'confirmed';
      readonly orderId: string;
      readonly lines?: readonly { sku: string; quantity: Quantity }[];
    }
  | { readonly to: 'released'; readonly actor: string }
  | { readonly to: 'extended'; readonly expiresInSeconds: number };

export class ChangeReservation extends Command<ReservationAnswer | Rejection> {
  constructor(
    readonly reservationId: string,
    readonly change: ReservationChange,
  ) {
    super();
  }
}

export class FindReservation extends Query<ReservationAnswer | undefined> {
  constructor(readonly reservationId: string) {
    super();
  }
}

/** In order of id. */
export class ListReservations extends Query<readonly ReservationRow[]> {
  constructor(readonly page: LedgerPage & { readonly channel?: string }) {
    super();
  }
}

/** Corrects what is on hand. */
export class AdjustStock extends Command<Adjusted | Rejection> {
  constructor(
    readonly sku: string,
    readonly asked: Omit<Adjust, 'type'>,
  ) {
    super();
  }
}

/** Promises part of an order's line from another location. */
export class ReallocateStock extends Command<Reallocated | Rejection> {
  constructor(
    readonly sku: string,
    readonly asked: Omit<Reallocate, 'type'>,
  ) {
    super();
  }
}

/** Closes an exception by hand. Undefined if it is closed, but reads do not show that within SEEN_MS_MAX. */
export class ResolveException extends Command<ExceptionRow | Rejection | undefined> {
  constructor(
    readonly id: string,
    readonly by: { readonly reason: string; readonly actor: string },
  ) {
    super();
  }
}

/** In the order in which they were opened. */
export class ListExceptions extends Query<readonly ExceptionRow[]> {
  constructor(
    readonly filter: ExceptionFilter,
    readonly page: LedgerPage,
  ) {
    super();
  }
}

/** The ledger knows only what was promised. Whether there is such an order at all, only the journal can say. */
async function reallocate(
  { rooms }: OnHand,
  { sku, asked }: ReallocateStock,
): Promise<Reallocated | Rejection> {
  const done = await rooms.ledger.corrections.reallocate(sku, asked);
  if (!isRejection(done) || done.code !== 'INSUFFICIENT_COMMITMENT') return done;
  const order = await rooms.journal.order(asked.channel, asked.orderId);
  return order === undefined ? orderUnknown : done;
}

/** Answers the exception as reads then show it, so that a repeat has the same answer. */
async function resolveException(
  { rooms }: OnHand,
  { id, by }: ResolveException,
): Promise<ExceptionRow | Rejection | undefined> {
  const closed = await rooms.ledger.corrections.resolveException(id, by);
  if (isRejection(closed)) return closed;
  if (!(await rooms.projector.waitFor(closed.position, SEEN_MS_MAX))) return undefined;
  return rooms.picture.ledger.exception(id);
}

const orderUnknown: Rejection = {
  code: 'ORDER_UNKNOWN',
  detail: 'There is no order with this number in this channel. Check the number, or send order.placed first.',
  pointer: '/orderId',
};

export const REQUEST_HANDLERS = [
  onCommand(Reserve, ({ rooms }, { request }) => rooms.ledger.reservations.reserve(request)),
  onCommand(ChangeReservation, ({ rooms }, { reservationId, change }) => {
    const { reservations } = rooms.ledger;
    switch (change.to) {
      case 'confirmed':
        return reservations.confirm(reservationId, change);
      case 'released':
        return reservations.release(reservationId, change.actor);
      case 'extended':
        return reservations.extend(reservationId, change.expiresInSeconds);
    }
  }),
  onQuery(FindReservation, ({ rooms }, { reservationId }) => rooms.ledger.reservations.get(reservationId)),
  onList(ListReservations, ({ rooms }, { page }) => rooms.picture.ledger.reservations(page)),
  onCommand(AdjustStock, ({ rooms }, { sku, asked }) => rooms.ledger.corrections.adjust(sku, asked)),
  onCommand(ReallocateStock, reallocate),
  onCommand(ResolveException, resolveException),
  onList(ListExceptions, ({ rooms }, { filter, page }) => rooms.picture.ledger.exceptions(filter, page)),
];
