import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Held } from './held-row.ts';

/** Rows that are kept unpacked. A commit seldom has more. */
export const WRITTEN_KEPT_MAX = 50_000;
/** Rows that are packed at once, which takes a millisecond or two. */
const PACK_ROWS = 250;
/** The quickest level packs rows to a tenth of their size, because they are much alike. */
const PACK_LEVEL = 1;

/** A row as JSON; null where there is none. */
type PackedRow = readonly [key: string, text: string | null];

/**
 * The rows that are written but not committed: if the transaction fails, they must be written again. One event of set-up may
 * write a million rows before it can be committed. Then most of them are packed, so that they do not fill the memory.
 */
export class WrittenRows<Row extends object> {
  #kept = new Map<string, Held<Row>>();
  #packs: Buffer[] = [];

  /** How many rows are not packed. */
  get keptCount(): number {
    return this.#kept.size;
  }

  /** Undefined also if the row is packed: then read it from the file. */
  get(key: string): Held<Row> | undefined {
    return this.#kept.get(key);
  }

  set(key: string, held: Held<Row>): void {
    this.#kept.set(key, held);
    if (this.#kept.size > WRITTEN_KEPT_MAX) this.#pack();
  }

  /** Forgets all rows, once they are committed. */
  clear(): void {
    this.#kept = new Map();
    this.#packs = [];
  }

  /** The rows that are not packed. */
  kept(): Iterable<readonly [string, Held<Row>]> {
    return this.#kept;
  }

  /** The packed rows, each as it was last written. */
  *packed(): Generator<readonly [string, Row | undefined]> {
    const texts = new Map<string, string | null>();
    for (const pack of this.#packs) {
      const rows = JSON.parse(inflateRawSync(pack).toString()) as readonly PackedRow[];
      for (const [key, text] of rows) texts.set(key, text);
    }
    for (const [key, text] of texts) yield [key, text === null ? undefined : (JSON.parse(text) as Row)];
  }

  /** Packs the rows that were written first. One that has changed since then is still to be written, and is dropped here. */
  #pack(): void {
    const rows: PackedRow[] = [];
    let left = PACK_ROWS;
    for (const [key, { row, dirtySince }] of this.#kept) {
      if (left-- === 0) break;
      if (dirtySince === 0) rows.push([key, row === undefined ? null : JSON.stringify(row)]);
      this.#kept.delete(key);
    }
    this.#packs.push(deflateRawSync(JSON.stringify(rows), { level: PACK_LEVEL }));
  }
}
