import type { RecordedEvent } from '#event-store';

/** Whether the stored data keeps one of our promises. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  /** How many things were checked. */
  readonly looked: number;
  /** The first that were wrong, in words; empty if all is well. */
  readonly findings: readonly string[];
  /** How many were wrong in all. */
  readonly wrong: number;
}

/** Findings that are kept in words; the rest are only counted. */
const FINDINGS_MAX = 20;

/** Gets the whole log, event by event, and then says whether a promise was kept. */
export interface LogCheck {
  look(event: RecordedEvent): void;
  result(): CheckResult;
}

/** Counts, for one check, what was checked and what was wrong. */
export class Findings {
  readonly #check: string;
  readonly #said: string[] = [];
  #wrong = 0;
  #looked = 0;

  constructor(check: string) {
    this.#check = check;
  }

  /** Counts one more; `wrong` says what is wrong with it, unless it is right. */
  look(isRight: boolean, wrong: () => string): void {
    this.#looked++;
    if (isRight) return;
    this.#wrong++;
    if (this.#said.length < FINDINGS_MAX) this.#said.push(wrong());
  }

  result(): CheckResult {
    const { length } = this.#said;
    const ok = length === 0;
    return { check: this.#check, ok, looked: this.#looked, findings: this.#said, wrong: this.#wrong };
  }
}
