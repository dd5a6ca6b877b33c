import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, pause } from '#kernel';
import type { LedgerBook } from './ledger-book.ts';
import type { DuePlace, ReservationRow } from './reservation-shelf.ts';
import type { Reservations } from './reservations.ts';

/** How often expired holds are looked for: an expiry is stored at most this late. */
export const EXPIRY_EVERY_MS = 200;
/** Reservations that are ended in one pass. */
const TOGETHER_MAX = 500;
/** How long after its deadline a hold that is still on an item is ended by itself. */
const STRAY_AFTER_MS = 5_000;

/** Ends reservations at their deadline, and cleans up what a crash or a lost race left behind. */
export class ReservationExpiry {
  readonly #book: LedgerBook;
  readonly #reservations: Reservations;
  readonly #clock: Clock;
  /** What was ended, and is still due in the picture: to try again would be in vain. */
  #ended: ReadonlySet<string> = new Set();

  constructor(parts: { book: LedgerBook; reservations: Reservations; clock: Clock }) {
    this.#book = parts.book;
    this.#reservations = parts.reservations;
    this.#clock = parts.clock;
  }

  /** Ends what is due, again and again, until `signal` aborts. Throws what the store throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.endDue();
      await pause(EXPIRY_EVERY_MS, signal);
    }
  }

  /** Ends everything that is due now. */
  async endDue(): Promise<void> {
    const now = this.#clock.now();
    await this.#endReservations(now);
    const overdue = this.#book.overdueHolds(now - STRAY_AFTER_MS, TOGETHER_MAX);
    const strays = overdue.filter(({ reservationId }) => !this.#isOpen(reservationId));
    await Promise.all(strays.map(({ reservationId, sku }) => this.#reservations.letGo(reservationId, sku)));
  }

  /** As far as the picture knows. Its end takes its holds along: none of them was left behind. */
  #isOpen(reservationId: string): boolean {
    const state = this.#book.reservation(reservationId)?.state;
    return state === 'held' || state === 'requested';
  }

  /** Reservations just ended may still be due in the picture: each is handled once, by place and by what is known of it. */
  async #endReservations(now: number): Promise<void> {
    const ended = new Set<string>();
    let before = NOTHING;
    for (let after: DuePlace | undefined; ;) {
      const due = this.#book.dueReservations(now, TOGETHER_MAX, after);
      const rows = due.map(({ reservation }) => reservation);
      const left = rows.filter((row) => !this.#ended.has(stateName(row)));
      // While these are on their way to the store, the next ones are decided.
      const ending = left.length > 0 ? this.#reservations.tidy(left, now) : NOTHING;
      ending.catch(nothing); // What it throws is seen when it is awaited.
      await before;
      before = ending;
      await nextTurn(); // Everybody else's work in between: there may be very many.
      // A request that was never finished may still be under way here: it is looked at again.
      for (const row of rows) if (row.state === 'held') ended.add(stateName(row));
      if (due.length < TOGETHER_MAX) break;
      after = due.at(-1)!.place;
    }
    await before;
    this.#ended = ended;
  }
}

const NOTHING: Promise<unknown> = Promise.resolve();
const nothing = (): void => undefined;
const stateName = ({ reservationId, revision }: ReservationRow): string => `${revision}\n${reservationId}`;
