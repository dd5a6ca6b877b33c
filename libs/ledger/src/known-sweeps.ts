import { compareFacts, type ItemSweep, type Sweep } from '#inventory';
import type { Instant } from '#kernel';
import type { LedgerBook } from './ledger-book.ts';
import type { SweepRow } from './sweep-shelf.ts';

/** The complete snapshots so far: those in the picture, and the newest, which it does not have yet. */
export class KnownSweeps {
  readonly #book: Pick<LedgerBook, 'sweeps' | 'position'>;
  #newest: SweepRow[] = [];

  constructor(book: Pick<LedgerBook, 'sweeps' | 'position'>) {
    this.#book = book;
  }

  add({ key, location, watermark }: Sweep, journal: number): void {
    this.#newest = this.#newest.filter((known) => known.journal > this.#book.position);
    this.#newest.push({ key, location, watermark, journal });
  }

  /** Those of the location told before the journal event, with `from` ≤ asOf < `before`, by time. */
  between(
    location: string,
    { from, before, journal }: { from: Instant; before: Instant; journal: number },
  ): readonly ItemSweep[] {
    const known = this.#book.sweeps(location, from, before);
    const newest = this.#newest.filter(
      (sweep) =>
        sweep.location === location &&
        sweep.key.at >= from &&
        sweep.key.at < before &&
        sweep.journal > this.#book.position,
    );
    if (known.length + newest.length === 0) return NONE;
    return [...known, ...newest]
      .filter((sweep) => sweep.journal < journal)
      .sort((a, b) => compareFacts(a.key, b.key))
      .map(({ key, location: of, watermark }) => ({ kind: 'sweep', key, location: of, watermark }));
  }
}

const NONE: readonly ItemSweep[] = [];
