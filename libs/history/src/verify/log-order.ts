import type { RecordedEvent } from '#event-store';
import type { ReadModel, Shelf } from '#read-model';
import { type CheckResult, Findings, type LogCheck } from './check.ts';

/** Revisions run 0, 1, 2 without a gap, positions only grow, recording times never decrease. */
export class LogOrder implements LogCheck {
  readonly #findings = new Findings('log order');
  /** On a shelf, because there is a stream for each order: their names would take too much of the service's memory. */
  readonly #streams: Shelf<{ revision: number }>;
  #position = 0;
  #recordedAt = 0;

  constructor(readModel: ReadModel) {
    this.#streams = readModel.shelf({ name: 'verify-streams', version: 1, hashed: false });
  }

  look({ stream, revision, position, recordedAt }: RecordedEvent): void {
    const row = this.#streams.get(stream) ?? { revision: -1 };
    const expected = row.revision + 1;
    const isRight = revision === expected && position > this.#position && recordedAt >= this.#recordedAt;
    this.#findings.look(
      isRight,
      () => `${stream}@${revision} at ${position}: revision ${expected} was expected`,
    );
    row.revision = revision;
    this.#streams.put(stream, row);
    this.#position = position;
    this.#recordedAt = recordedAt;
  }

  result(): CheckResult {
    return this.#findings.result();
  }
}
