import type { Instant, Quantity } from '#kernel';

/**
 * A hold over several items, from request to its one terminal event: stored in `reservation-{id}`.
 * Requested → Held or Refused; Held → one of Confirmed, Released, Expired. The terminal ones are posted to
 * the items like journal events, so that a crash in between neither loses nor doubles anything.
 * A request that a crash interrupted is refused, and may be made again under the same id.
 */
export type ReservationEvent =
  | { readonly type: 'ReservationRequested'; readonly data: ReservationRequested }
  | { readonly type: 'ReservationHeld'; readonly data: { readonly lines: readonly ReservedLine[] } }
  | { readonly type: 'ReservationRefused'; readonly data: ReservationRefused }
  | { readonly type: 'ReservationExtended'; readonly data: { readonly expiresAt: Instant } }
  | { readonly type: 'ReservationConfirmed'; readonly data: ReservationConfirmed }
  | { readonly type: 'ReservationReleased'; readonly data: { readonly actor?: string } }
  | { readonly type: 'ReservationExpired'; readonly data: Record<string, never> };

export interface ReservationRequested {
  readonly channel: string;
  readonly lines: readonly RequestedLine[];
  readonly partial: boolean;
  readonly expiresInSeconds: number;
  readonly expiresAt: Instant;
}

export interface ReservationRefused {
  readonly shortages: readonly Shortage[];
  /** Nothing was decided: the process that asked the items stopped on the way. */
  readonly interrupted?: true;
}

export interface RequestedLine {
  readonly sku: string;
  readonly quantity: Quantity;
  readonly location?: string;
  /** For a kit, what one of it holds; the hold is on these. */
  readonly components?: readonly { readonly sku: string; readonly quantity: Quantity }[];
}

/** One line per item and location. */
export interface ReservedLine {
  readonly sku: string;
  readonly quantity: Quantity;
  readonly location: string;
}

export interface Shortage {
  readonly sku: string;
  readonly requested: Quantity;
  readonly available: Quantity;
}

export interface ReservationConfirmed {
  readonly orderId: string;
  /** How much of which items is committed; all of the hold if absent. */
  readonly lines?: readonly { readonly sku: string; readonly quantity: Quantity }[];
  /** True if `order.placed` confirmed it: the order's own entries commit it, here only the rest is released. */
  readonly byOrder?: boolean;
}

export type ReservationStateName = 'requested' | 'refused' | 'held' | 'confirmed' | 'released' | 'expired';
