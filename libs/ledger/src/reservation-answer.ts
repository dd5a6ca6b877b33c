import type { ReservationState, ReservationStateName, ReservedLine } from '#inventory';
import type { Instant } from '#kernel';

/** What the outside is told of a reservation that was held. */
export interface ReservationAnswer {
  readonly reservationId: string;
  readonly channel: string;
  readonly state: Exclude<ReservationStateName, 'requested' | 'refused'>;
  /** Ordinary items: of a kit its components. A line may be split over locations. */
  readonly lines: readonly ReservedLine[];
  readonly expiresAt: Instant;
  readonly position: number;
  /** Once it is confirmed. */
  readonly orderId?: string;
  /** Of an answer to a request: false where it is the first answer again. */
  readonly isNew?: boolean;
}

/** As it is now; undefined where nothing was held. */
export function answerOf(reservation: ReservationState): ReservationAnswer | undefined {
  const { reservationId, channel, state, held, expiresAt, position, confirmed } = reservation;
  if (!held || state === 'requested' || state === 'refused') return undefined;
  const { lines } = held;
  return {
    ...{ reservationId, channel, state, lines, expiresAt, position },
    ...(confirmed && { orderId: confirmed.orderId }),
  };
}

/** What its request was answered first, whatever has come of it since. */
export function firstAnswerOf(reservation: ReservationState, isNew: boolean): ReservationAnswer {
  const { reservationId, channel, held } = reservation;
  return { reservationId, channel, state: 'held', ...held!, isNew };
}
