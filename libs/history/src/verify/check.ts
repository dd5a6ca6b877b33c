import type { RecordedEvent } from '#event-store';

/** What one promise says of the stored data. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  /** How many things were looked at. */
  readonly looked: number;
  /** The first that were wrong, in words; empty where all is well. */
  readonly findings: readonly string[];
  /** How many were wrong altogether. */
  readonly wrong: number;
}

/** Findings that are kept in words; the rest are only counted. */
const FINDINGS_MAX = 20;

/** Looks at the whole log, event by event, and then says whether a promise was kept. */
export interface LogCheck {
  look(event: RecordedEvent): void;
  result(): CheckResult;
}

/** Gathers what was looked at and what was wrong under one name. */
export class Findings {
  readonly #check: string;
  readonly #said: string[] = [];
  #wrong = 0;
  #looked = 0;

  constructor(check: string) {
    this.#check = check;
  }

  /** One more was looked at; `wrong` says what is wrong with it, if anything. */
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
