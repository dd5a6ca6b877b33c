import type { CatalogView } from '#inventory';
import type { EventStore } from '#event-store';
import type { Clock, Shards } from '#kernel';
import { Corrections } from './corrections.ts';
import type { Reservable } from './item-context.ts';
import { ItemDesk } from './item-desk.ts';
import { KnownSweeps } from './known-sweeps.ts';
import type { LedgerBook } from './ledger-book.ts';
import { Posting } from './posting.ts';
import type { Posted } from './posted-everywhere.ts';
import { SharedShare, WholeShare } from './posting-share.ts';
import { type Announce, PostingPlan } from './posting-plan.ts';
import { ReservationExpiry } from './reservation-expiry.ts';
import { Reservations } from './reservations.ts';

/** Everything that writes to the ledger. It works while `posting.run` and `expiry.run` do. */
export interface Ledger {
  readonly desk: ItemDesk;
  readonly posting: Posting;
  readonly reservations: Reservations;
  readonly expiry: ReservationExpiry;
  readonly corrections: Corrections;
  /** How far all processes that post have got together. */
  readonly posted: Posted;
  /** If several processes post: tells the others how far this one is, until it is stopped. */
  readonly marks?: (signal: AbortSignal) => Promise<void>;
}

/** Several processes post, each the items of its shards. */
interface SharedPosting {
  readonly shards: Shards;
  /** Names this process among all that ever ran. */
  readonly writer: string;
  readonly posted: Posted;
}

export function openLedger(parts: {
  readonly store: EventStore;
  readonly book: LedgerBook;
  readonly catalog: CatalogView;
  readonly clock: Clock;
  readonly reservable: Reservable;
  /** Resolves once the picture that `book` belongs to has this position. */
  readonly projected: (position: number) => Promise<unknown>;
  /** Tells the journal of an order that a reservation was confirmed for. */
  readonly announce: Announce;
  /** Undefined if this process posts everything by itself. */
  readonly shared?: SharedPosting | undefined;
}): Ledger {
  const { store, book, catalog, clock, shared } = parts;
  const share = shared ? new SharedShare({ store, book, ...shared }) : new WholeShare(book);
  const sweeps = new KnownSweeps(book);
  const desk = new ItemDesk({ ...parts, sweeps });
  const reservations: Reservations = new Reservations({
    ...{ store, desk, catalog, clock },
    posted: (position, timeoutMs) => (shared?.posted ?? posting).waitFor(position, timeoutMs),
  });
  const plan = new PostingPlan({
    ...{ store, book, sweeps },
    confirmByOrder: async (reservationId, order) => {
      if (share.has(reservationId)) await reservations.confirmByOrder(reservationId, order);
    },
    announce: async (announcement) => {
      if (share.has(announcement.reservationId)) await parts.announce(announcement);
    },
  });
  const posting = new Posting({ ...parts, desk, plan, share });
  const expiry = new ReservationExpiry({ book, reservations, clock });
  const corrections = new Corrections({ desk, book, catalog, head: () => store.head() });
  return {
    ...{ desk, posting, reservations, expiry, corrections },
    posted: shared?.posted ?? posting,
    ...(share instanceof SharedShare && { marks: (signal) => share.run(signal) }),
  };
}
