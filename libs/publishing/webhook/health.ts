import type { Instant } from '#kernel';

/** After so many failures in a row only messages that already failed are tried, as probes. */
export const FAILURES_UNTIL_FAILING = 5;

/** How a channel's webhook is doing. */
export interface WebhookHealth {
  /** `degraded`: the last try failed. `failing`: so many in a row have failed that nothing new is tried. */
  readonly state: 'ok' | 'degraded' | 'failing';
  readonly failuresInARow: number;
  readonly failingSince?: Instant;
  readonly lastTakenAt?: Instant;
  readonly lastFailure?: { readonly at: Instant; readonly code: string };
}

/** Counts failures of the receiver as a whole. */
export class Health {
  #failuresInARow = 0;
  #failingSince: Instant | undefined;
  #lastTakenAt: Instant | undefined;
  #lastFailure: { readonly at: Instant; readonly code: string } | undefined;

  /** `failingSince`: if it was failing already in an earlier run. */
  constructor(failingSince?: Instant) {
    this.#failingSince = failingSince;
    if (failingSince !== undefined) this.#failuresInARow = FAILURES_UNTIL_FAILING;
  }

  get isFailing(): boolean {
    return this.#failingSince !== undefined;
  }

  /** Returns true if this ends a time of failing. */
  taken(now: Instant): boolean {
    const wasFailing = this.isFailing;
    this.#failuresInARow = 0;
    this.#failingSince = undefined;
    this.#lastTakenAt = now;
    return wasFailing;
  }

  /** Returns true if this begins a time of failing. A receiver that only refuses one message is not down. */
  failed(now: Instant, code: string, isReceiverDown: boolean): boolean {
    this.#lastFailure = { at: now, code };
    if (!isReceiverDown) return false;
    this.#failuresInARow++;
    if (this.isFailing || this.#failuresInARow < FAILURES_UNTIL_FAILING) return false;
    this.#failingSince = now;
    return true;
  }

  report(): WebhookHealth {
    const isDegraded = this.#failuresInARow > 0;
    return {
      state: this.isFailing ? 'failing' : isDegraded ? 'degraded' : 'ok',
      failuresInARow: this.#failuresInARow,
      ...(this.#failingSince !== undefined && { failingSince: this.#failingSince }),
      ...(this.#lastTakenAt !== undefined && { lastTakenAt: this.#lastTakenAt }),
      ...(this.#lastFailure && { lastFailure: this.#lastFailure }),
    };
  }
}
