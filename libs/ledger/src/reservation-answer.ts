import type { ReservationState, ReservationStateName, ReservedLine } from '#inventory';
import type { Instant, Quantity } from '#kernel';

/** What the outside is told of a reservation that was held. */
export interface ReservationAnswer {
  readonly reservationId: string;
  readonly channel: string;
  readonly state: Exclude<ReservationStateName, 'requested' | 'refused'>;
  /** Ordinary items: of a kit its components. A line may be split over locations. Once confirmed: what was. */
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
  const lines = linesOf(reservation);
  return {
    ...{ reservationId, channel, state, lines, expiresAt, position },
    ...(confirmed && { orderId: confirmed.orderId }),
  };
}

/** What is held where; of one that was confirmed in part, only that: the rest was released. */
export function linesOf({ held, confirmed }: ReservationState): readonly ReservedLine[] {
  const lines = held?.lines ?? [];
  return confirmed?.lines ? firstOf(lines, confirmed.lines) : lines;
}

/** The first so many of each item: as the item itself takes what is confirmed from its holds. */
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

/** What its request was answered first, whatever has come of it since. */
export function firstAnswerOf(reservation: ReservationState, isNew: boolean): ReservationAnswer {
  const { reservationId, channel, held } = reservation;
  return { reservationId, channel, state: 'held', ...held!, isNew };
}
