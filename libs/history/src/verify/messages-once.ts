import type { RecordedEvent } from '#event-store';
import { type FactRecorded, isFactType } from '#inventory';
import type { ReadModel, Shelf } from '#read-model';
import { type CheckResult, Findings, type LogCheck } from './check.ts';

/** A message, by its source and id, is recorded once in the stream of its order, document or transfer. */
export class MessagesOnce implements LogCheck {
  readonly #findings = new Findings('every message once');
  /** The position of each; on a shelf, because there are as many as there are facts. */
  readonly #facts: Shelf<{ readonly position: number }>;

  constructor(readModel: ReadModel) {
    this.#facts = readModel.shelf({ name: 'verify-facts', version: 1, hashed: false, hotRowsMax: 10_000 });
  }

  look({ stream, type, data, position }: RecordedEvent): void {
    if (!isFactType(type)) return;
    const { source, id } = (data as FactRecorded).message;
    const key = JSON.stringify([stream, source, id]);
    const known = this.#facts.get(key);
    const twice = (): string => `${stream}: ${source}, ${id} at ${known?.position} and again at ${position}`;
    this.#findings.look(known === undefined, twice);
    if (known === undefined) this.#facts.put(key, { position });
  }

  result(): CheckResult {
    return this.#findings.result();
  }
}
