import type { CatalogView } from '#inventory';
import type { EventStore } from '#event-store';
import type { Clock } from '#kernel';
import { Corrections } from './corrections.ts';
import type { Reservable } from './item-context.ts';
import { ItemDesk } from './item-desk.ts';
import { KnownSweeps } from './known-sweeps.ts';
import type { LedgerBook } from './ledger-book.ts';
import { Posting } from './posting.ts';
import { PostingPlan } from './posting-plan.ts';
import { ReservationSweeper } from './reservation-sweeper.ts';
import { Reservations } from './reservations.ts';

/** Everything that writes to the ledger. `posting.run` and `sweeper.run` make it go. */
export interface Ledger {
  readonly desk: ItemDesk;
  readonly posting: Posting;
  readonly reservations: Reservations;
  readonly sweeper: ReservationSweeper;
  readonly corrections: Corrections;
}

export function openLedger(parts: {
  readonly store: EventStore;
  readonly book: LedgerBook;
  readonly catalog: CatalogView;
  readonly clock: Clock;
  readonly reservable: Reservable;
  /** Resolves once the picture that `book` belongs to has this position. */
  readonly projected: (position: number) => Promise<unknown>;
}): Ledger {
  const { store, book, catalog, clock } = parts;
  const sweeps = new KnownSweeps(book);
  const desk = new ItemDesk({ ...parts, sweeps });
  const reservations: Reservations = new Reservations({
    ...{ store, desk, catalog, clock },
    posted: (position, timeoutMs) => posting.waitFor(position, timeoutMs),
  });
  const plan = new PostingPlan({
    ...{ store, book, sweeps },
    confirmByOrder: (reservationId, order) => reservations.confirmByOrder(reservationId, order),
  });
  const posting = new Posting({ ...parts, desk, plan });
  const sweeper = new ReservationSweeper({ book, reservations, clock });
  const corrections = new Corrections({ desk, book, catalog });
  return { desk, posting, reservations, sweeper, corrections };
}
