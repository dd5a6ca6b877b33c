import { type HoldEnd, promisedOf, type ReservationState, wantedOf } from '#inventory';
import type { RecordedEvent } from '#event-store';

/**
 * What an event of a reservation does to the holds on its items. A request that was refused may have held
 * some of them; for an item that was never held, the entry does nothing.
 */
export function holdEnds(reservation: ReservationState, event: RecordedEvent): HoldEnd[] {
  const { reservationId, request, channel, confirmed, expiresAt, held } = reservation;
  const key = { at: event.recordedAt, source: channel, id: reservationId, document: reservationId };
  const skus = [...wantedOf(reservation.requested).keys()];
  const common = { kind: 'hold', key, reservationId, request, heldAt: held?.position } as const;
  switch (event.type) {
    case 'ReservationExtended':
      return skus.map((sku) => ({ ...common, sku, end: 'extended', expiresAt }));
    case 'ReservationExpired':
      return skus.map((sku) => ({ ...common, sku, end: 'expired' }));
    case 'ReservationConfirmed': {
      const { orderId } = confirmed!;
      const promised = promisedOf(reservation);
      return skus.map((sku) => {
        return { ...common, sku, end: 'confirmed', channel, orderId, quantity: promised.get(sku) ?? 0 };
      });
    }
    default:
      return skus.map((sku) => ({ ...common, sku, end: 'released' }));
  }
}
