import type { Cause, ItemEvent } from '#inventory';

/** The word for why a number changed; undefined for what changes none by itself. */
export function causeOf(event: ItemEvent): Cause | undefined {
  switch (event.type) {
    case 'MovementPosted':
    case 'CountPosted':
    case 'CommitmentReleased':
      return event.data.cause;
    case 'SweepPosted':
    case 'SweepLifted':
      return 'snapshot';
    case 'StockCommitted':
      return 'order';
    case 'CommitmentMoved':
      return 'reallocation';
    case 'StockReserved':
    case 'ReservationEnded':
      return 'reservation';
    case 'OnHandAdjusted':
      return 'adjustment';
    case 'SupplyExpected':
    case 'ReservationExtended':
    case 'ExceptionOpened':
    case 'ExceptionClosed':
      return undefined;
  }
}
