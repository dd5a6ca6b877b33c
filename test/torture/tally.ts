/** What one item comes to, in units, over all places. */
interface Sums {
  onHand: number;
  committed: number;
  reserved: number;
}

export interface ToldMessage {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: object;
}

/**
 * What an honest clerk would write down by hand of all that was told and answered: sums and lists, no rule of
 * ours. Where the service ends otherwise, something was lost or came twice.
 */
export class Tally {
  readonly #sums = new Map<string, Sums>();
  /** Every message that was answered, with the outcome it must have had the first time. */
  readonly accepted: ToldMessage[] = [];
  readonly parked: ToldMessage[] = [];
  /** By id: how it must stand in the end. */
  readonly reservations = new Map<string, string>();
  /** By path: what was put there last. */
  readonly setUp = new Map<string, object>();
  /** Answers other than one may expect, in words. */
  readonly surprises: string[] = [];
  /** Messages that were answered as a repeat. */
  duplicates = 0;
  /** Calls that were heard, or may have been, and got no answer. */
  cutOff = 0;
  answered = 0;

  of(sku: string): Sums {
    let sums = this.#sums.get(sku);
    if (sums === undefined) this.#sums.set(sku, (sums = { onHand: 0, committed: 0, reserved: 0 }));
    return sums;
  }

  items(): readonly (readonly [string, Sums])[] {
    return [...this.#sums];
  }
}
