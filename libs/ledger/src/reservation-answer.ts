import type { ReservationState, ReservationStateName, ReservedLine } from '#inventory';
import type { Instant, Quantity } from '#kernel';

/** What callers are told of a reservation that was held. */
export interface ReservationAnswer {
  readonly reservationId: string;
  readonly channel: string;
  readonly state: Exclude<ReservationStateName, 'requested' | 'refused'>;
  /**
   * Ordinary items, kits by their components. A line may be split over locations. Once confirmed, only what was
   * confirmed.
   */
  readonly lines: readonly ReservedLine[];
  readonly expiresAt: Instant;
  readonly position: number;
  /** Present once it is confirmed. */
  readonly orderId?: string;
  /** In an answer to a request: false if this repeats the first answer. */
  readonly isNew?: boolean;
}

/** The reservation as it is now; undefined if nothing was held. */
export function answerOf(reservation: ReservationState): ReservationAnswer | undefined {
  const { reservationId, channel, state, held, expiresAt, position, confirmed } = reservation;
  if (!held || state === 'requested' || state === 'refused') return undefined;
  const lines = linesOf(reservation);
  return {
    ...{ reservationId, channel, state, lines, expiresAt, position },
    ...(confirmed && { orderId: confirmed.orderId }),
  };
}

/** What is held where; if only a part was confirmed, that part, for the rest was released. */
export function linesOf({ held, confirmed }: ReservationState): readonly ReservedLine[] {
  const lines = held?.lines ?? [];
  return confirmed?.lines ? firstOf(lines, confirmed.lines) : lines;
}

/** The confirmed quantity of each item, from its first lines on: so the item itself takes it from its hold. */
function firstOf(
  held: readonly ReservedLine[],
  confirmed: readonly { readonly sku: string; readonly quantity: Quantity }[],
): readonly ReservedLine[] {
  const left = new Map(confirmed.map(({ sku, quantity }) => [sku, quantity]));
  const lines: ReservedLine[] = [];
  for (const line of held) {
    const missing = left.get(line.sku) ?? 0;
    const quantity = Math.min(missing, line.quantity);
    if (quantity > 0) lines.push({ ...line, quantity });
    left.set(line.sku, missing - quantity);
  }
  return lines;
}

/** The first answer to its request, whatever has become of it since. */
export function firstAnswerOf(reservation: ReservationState, isNew: boolean): ReservationAnswer {
  const { reservationId, channel, held } = reservation;
  return { reservationId, channel, state: 'held', ...held!, isNew };
}
