import type { RecordedEvent } from '#event-store';
import { type CheckResult, Findings, type LogCheck } from './check.ts';

/** Revisions run 0, 1, 2 without a gap, positions only grow, the log's time never falls. */
export class LogOrder implements LogCheck {
  readonly #findings = new Findings('log order');
  readonly #revisions = new Map<string, number>();
  #position = 0;
  #recordedAt = 0;

  look({ stream, revision, position, recordedAt }: RecordedEvent): void {
    const expected = (this.#revisions.get(stream) ?? -1) + 1;
    const isRight = revision === expected && position > this.#position && recordedAt >= this.#recordedAt;
    this.#findings.look(isRight, () => `${stream}@${revision} at ${position}: revision ${expected} was due`);
    this.#revisions.set(stream, revision);
    this.#position = position;
    this.#recordedAt = recordedAt;
  }

  result(): CheckResult {
    return this.#findings.result();
  }
}
