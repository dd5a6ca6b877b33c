import type { Cause, ItemEvent } from '#inventory';

/** The word for why a number changed; undefined for events that change none by themselves. */
export const causeOf = (event: ItemEvent): Cause | undefined =>
  'cause' in event.data ? event.data.cause : CAUSES[event.type as keyof typeof CAUSES];

/** For events that do not say it themselves. */
const CAUSES = {
  SweepPosted: 'snapshot',
  SweepLifted: 'snapshot',
  StockCommitted: 'order',
  CommitmentMoved: 'reallocation',
  StockReserved: 'reservation',
  ReservationEnded: 'reservation',
  OnHandAdjusted: 'adjustment',
  PastCommitmentCorrected: undefined,
  SupplyExpected: undefined,
  ReservationExtended: undefined,
  ExceptionOpened: undefined,
  ExceptionClosed: undefined,
} as const satisfies Record<
  Exclude<ItemEvent['type'], 'MovementPosted' | 'CountPosted' | 'CommitmentReleased'>,
  Cause | undefined
>;
