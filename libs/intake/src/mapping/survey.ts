import { MESSAGE_LINES_MAX, type Rejection } from '#inventory';
import { type Instant, toQuantity } from '#kernel';
import { problem } from '../problem.ts';
import { applyRules, timeOf } from './apply.ts';
import type { Mapping } from './mapping.ts';
import { FLOW_OF_TYPE } from './opening-rule.ts';
import { OPENING_ITEMS_MAX, OpeningStock } from './opening-stock.ts';
import type { MappedRow } from './row.ts';
import type { MessageRule } from './rule.ts';

/** Documents of one file: each costs an entry while it is read. */
const DOCUMENTS_MAX = 1_000_000;
/** Rows that may wait in memory, at any time, for the rest of their documents. */
const WAITING_ROWS_MAX = 200_000;

/** How much memory a file may take. */
interface SurveyLimits {
  readonly documents: number;
  readonly waitingRows: number;
}
const LIMITS: SurveyLimits = { documents: DOCUMENTS_MAX, waitingRows: WAITING_ROWS_MAX };

/** What the first reading knows of one document. */
export interface Group {
  /** All its rows, wherever they stand. */
  rows: number;
  /** The earliest time that any of them tells; Infinity if none does. */
  earliest: Instant;
  /** Numbers of its first and last row, from 0. */
  readonly first: number;
  last: number;
}

/**
 * The first of two readings of a file. The rows of a document need not be neighbours, and the earliest of their times is the
 * document's time. So without knowing how many rows are still to come, the reader would have to keep every document to the
 * end of the file. This reading counts them, with a few numbers per document; the second can then complete a document at its
 * last row. This one also finds what is wrong with the file as a whole before any message is made, and how much stock must
 * have been there at the start.
 */
export class Survey {
  readonly groups = new Map<string, Group>();
  readonly opening: OpeningStock | undefined;
  rows = 0;
  earliest: Instant = Infinity;
  #latest: Instant = -Infinity;
  readonly #mapping: Mapping;
  readonly #limits: SurveyLimits;

  constructor(mapping: Mapping, limits: SurveyLimits = LIMITS) {
    this.#mapping = mapping;
    this.#limits = limits;
    this.opening = mapping.opening === undefined ? undefined : new OpeningStock();
  }

  note(row: MappedRow): void {
    const number = this.rows++;
    const ruled = applyRules(this.#mapping, row);
    if (ruled.kind !== 'message') return;
    const { message, key } = ruled;
    const time = timeOf(message, row) ?? Infinity;
    const group = this.#group(key, number);
    group.rows++;
    group.last = number;
    group.earliest = Math.min(group.earliest, time);
    if (time === Infinity) return;
    this.earliest = Math.min(this.earliest, time);
    this.#latest = Math.max(this.#latest, time);
    if (this.opening !== undefined) this.#noteStock(this.opening, message, row, group.earliest);
  }

  /** Counts a row that belongs to no document. */
  skip(): void {
    this.rows++;
  }

  /** Why the file as a whole needs too much memory to read; undefined if it does not. */
  problem(): Rejection | undefined {
    const { documents, waitingRows } = this.#limits;
    if (this.groups.size > documents) {
      return tooMuch('TOO_MANY_DOCUMENTS', `more than ${documents} documents`, 'Split it');
    }
    if (this.opening?.isFull === true) {
      return tooMuch('TOO_MANY_ITEMS', `more than ${OPENING_ITEMS_MAX} items to open stock for`, 'Split it');
    }
    const waiting = mostWaiting(this.groups.values());
    if (waiting <= waitingRows) return undefined;
    return tooMuch(
      'TOO_MANY_WAITING_ROWS',
      `${waiting} rows that wait for the rest of their documents`,
      'Sort it by document',
    );
  }

  #group(key: string, number: number): Group {
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { rows: 0, earliest: Infinity, first: number, last: number };
      // One more than allowed is kept: it shows that there are too many.
      if (this.groups.size <= this.#limits.documents) this.groups.set(key, group);
    }
    return group;
  }

  #noteStock(opening: OpeningStock, { type, line }: MessageRule, row: MappedRow, earliest: Instant): void {
    const { sku, quantity } = line.fill(row);
    const change = typeof quantity === 'number' ? toQuantity(quantity) : undefined;
    if (typeof sku !== 'string' || change === undefined || row.problems.length > 0) return;
    opening.noteLag(this.#latest - earliest);
    opening.note(sku, change * FLOW_OF_TYPE[type]!, this.#latest);
  }
}

/**
 * The most rows that wait at one time: a document's rows, from its first row to its last. At most a message
 * full of them, for a full one is let go at once.
 */
function mostWaiting(groups: Iterable<Group>): number {
  const changes: [number, number][] = [];
  for (const { rows, first, last } of groups) {
    const waiting = Math.min(rows, MESSAGE_LINES_MAX);
    // A document whose rows are neighbours is complete before another row comes.
    if (last - first >= rows) changes.push([first, waiting], [last, -waiting]);
  }
  changes.sort(([a], [b]) => a - b);
  let waiting = 0;
  let most = 0;
  for (const [, change] of changes) most = Math.max(most, (waiting += change));
  return most;
}

const tooMuch = (code: string, what: string, advice: string): Rejection =>
  problem(code, '', `The file has ${what}. ${advice}, and read it again.`);
