import type { Message, Rejection } from '#inventory';
import type { Outcome } from '#journal';

/** What became of the rows of a file: each is exactly one of these. */
export interface Lines {
  read: number;
  posted: number;
  duplicate: number;
  parked: number;
  skipped: number;
  rejected: number;
}

/** What became of the messages that the rows make, and of those that were generated (an opening stock). */
export interface Messages {
  accepted: number;
  duplicate: number;
  parked: number;
  rejected: number;
}

/** A row that could not be told, for whoever mends the file. */
export interface Trouble {
  readonly line: number;
  readonly code: string;
  readonly detail: string;
}

/** Some rows of the file: how many, and the line on which the first begins. */
interface Rows {
  readonly rows: number;
  readonly line: number;
}

/** Troubles that are listed; all are counted, and every one that was told is in `onhand rejected`. */
const TROUBLES_MAX = 20;

/** Counts what became of a file, row by row and message by message. */
export class Tally {
  readonly lines: Lines = { read: 0, posted: 0, duplicate: 0, parked: 0, skipped: 0, rejected: 0 };
  readonly messages: Messages = { accepted: 0, duplicate: 0, parked: 0, rejected: 0 };
  readonly skippedBy: Record<string, number> = {};
  readonly rejectedBy: Record<string, number> = {};
  readonly troubles: Trouble[] = [];
  /** How many more there are than are listed. */
  troublesLeftOut = 0;
  /** Of the newest event that recorded any of it. */
  position = 0;

  skipped({ skipped: rule, rows }: { readonly skipped: string; readonly rows: number }): void {
    this.lines.read += rows;
    this.lines.skipped += rows;
    this.skippedBy[rule] = (this.skippedBy[rule] ?? 0) + rows;
  }

  ended(reading: Rows & { readonly message?: Message }, outcome: Outcome): void {
    this.lines.read += reading.rows;
    this.messages[outcome.outcome]++;
    this.position = Math.max(this.position, outcome.position);
    switch (outcome.outcome) {
      case 'accepted':
        this.lines.posted += reading.rows;
        break;
      case 'duplicate':
        this.lines.duplicate += reading.rows;
        break;
      case 'parked': {
        const parked = parkedRows(reading, outcome);
        this.lines.parked += parked;
        this.lines.posted += reading.rows - parked;
        break;
      }
      case 'rejected':
        this.#refused(reading, outcome.error);
    }
  }

  /** Of a dry run. */
  wouldBeTold({ rows }: Rows): void {
    this.lines.read += rows;
    this.lines.posted += rows;
    this.messages.accepted++;
  }

  /** Of a dry run. */
  wouldRepeat({ rows }: Rows): void {
    this.lines.read += rows;
    this.lines.duplicate += rows;
    this.messages.duplicate++;
  }

  /** Of a dry run. */
  wouldBeRefused(reading: Rows, why: Rejection): void {
    this.lines.read += reading.rows;
    this.messages.rejected++;
    this.#refused(reading, why);
  }

  /** Every row ended as one thing. */
  get closes(): boolean {
    const { read, posted, duplicate, parked, skipped, rejected } = this.lines;
    return read === posted + duplicate + parked + skipped + rejected;
  }

  #refused({ rows, line }: Rows, { code, detail }: Rejection = UNNAMED): void {
    this.lines.rejected += rows;
    this.rejectedBy[code] = (this.rejectedBy[code] ?? 0) + rows;
    if (this.troubles.length < TROUBLES_MAX) this.troubles.push({ line, code, detail });
    else this.troublesLeftOut++;
  }
}

const UNNAMED: Rejection = { code: 'REJECTED', detail: 'It was rejected. See `onhand rejected`.' };

/** Where each row is a line of its message, only the parked lines' rows wait; else the message's one row does. */
function parkedRows(
  { rows, message }: Rows & { readonly message?: Message },
  { parked = [] }: Outcome,
): number {
  return message?.data.lines?.length === rows ? parked.length : rows;
}
