import type { Entry, ItemSweep } from '#inventory';
import type { Instant } from '#kernel';
import type { ReadModel, Shelf } from '#read-model';

/** A complete snapshot of a location, and the journal event that told it. */
export interface SweepRow extends Omit<ItemSweep, 'kind'> {
  readonly journal: number;
}

const TIME_DIGITS = 16;
const PAGE_ROWS = 500;

/** Every complete snapshot, by location and time. They also apply to items that are told of only later. */
export class SweepShelf {
  readonly #sweeps: Shelf<SweepRow>;
  readonly #newest: Shelf<{ at: Instant }>;

  constructor(readModel: ReadModel) {
    this.#sweeps = readModel.shelf({ name: 'ledger-sweeps', version: 1 });
    this.#newest = readModel.shelf({ name: 'ledger-newest-sweeps', version: 1 });
  }

  add({ key, location, watermark }: Entry & { kind: 'sweep' }, journal: number): void {
    this.#sweeps.put(`${timeKey(location, key.at)}/${journal}`, { key, location, watermark, journal });
    if (key.at > this.#newestAt(location)) this.#newest.put(location, { at: key.at });
  }

  /** Those with `from` ≤ asOf < `before`, by time. Most facts are newer than all of them, which is seen at once. */
  between(location: string, from: Instant, before: Instant): readonly SweepRow[] {
    if (from > this.#newestAt(location)) return NONE;
    const found: SweepRow[] = [];
    let after = timeKey(location, from);
    for (;;) {
      const page = this.#sweeps.byKey({ after, limit: PAGE_ROWS });
      for (const { row } of page) {
        if (row.location !== location || row.key.at >= before) return found;
        found.push(row);
      }
      const last = page.at(-1);
      if (!last) return found;
      after = last.key;
    }
  }

  #newestAt(location: string): Instant {
    return this.#newest.get(location)?.at ?? -Infinity;
  }
}

const NONE: readonly SweepRow[] = [];

/** Sorts before every sweep of this time. */
const timeKey = (location: string, at: Instant): string =>
  `${location}/${String(at).padStart(TIME_DIGITS, '0')}`;
