import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventStore, RecordedEvent } from '#event-store';
import { openReadModel } from '../../adapters.module.ts';
import { openPicture } from '../../picture.ts';
import type { Report } from '../command.ts';

export interface Comparison {
  readonly events: number;
  /** Of the first event in which they differ; absent where they are the same to the last bit. */
  readonly differsAt?: number;
  /** SHA-256 of all that is derived from each. */
  readonly hashes: readonly [string, string];
}

/**
 * Reads two logs side by side up to `through`: each event of one must be that of the other, and what all rooms
 * make of them must have one hash.
 */
export async function compareLogs(
  logs: readonly [EventStore, EventStore],
  through: number,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'onhand-copy-'));
  const lived = logs.map((log, index) => new LivedLog(log, { DATA_DIR: folder }, `${index}.db`));
  const [first, second] = lived as [LivedLog, LivedLog];
  try {
    let [events, position] = [0, 0];
    while (position < through) {
      signal.throwIfAborted();
      const page = await first.after(position, through);
      const same = await second.next(position, page.length);
      const differing = page.findIndex((event, index) => !isSame(event, same[index]));
      if (differing >= 0) {
        return { events, differsAt: page[differing]!.position, hashes: [first.hash(), second.hash()] };
      }
      events += page.length;
      position = page.at(-1)?.position ?? through;
      report({ step: 'comparing', done: position, total: through, unit: 'events' });
    }
    return { events, hashes: [first.hash(), second.hash()] };
  } finally {
    for (const each of lived) each.close();
    rmSync(folder, { recursive: true });
  }
}

const isSame = (a: RecordedEvent, b: RecordedEvent | undefined): boolean =>
  JSON.stringify(inOneOrder(a)) === JSON.stringify(b && inOneOrder(b));

const inOneOrder = ({ id, stream, revision, position, type, data, recordedAt }: RecordedEvent): object => [
  ...[id, stream, revision, position, type, recordedAt],
  data,
];

/** A log, and a picture that lives through it. */
class LivedLog {
  readonly #log: EventStore;
  readonly #readModel: ReturnType<typeof openReadModel>;
  readonly #picture: ReturnType<typeof openPicture>;

  constructor(log: EventStore, folder: { readonly DATA_DIR: string }, file: string) {
    this.#log = log;
    this.#readModel = openReadModel(folder, file);
    this.#picture = openPicture({ readModel: this.#readModel, store: log });
  }

  /** A page, lived through; nothing beyond `through`. */
  async after(position: number, through: number): Promise<readonly RecordedEvent[]> {
    const page = await this.#log.readAll({ after: position });
    return this.#live(page.events.filter((event) => event.position <= through));
  }

  /** The next `count` events, in as many pages as it takes. */
  async next(position: number, count: number): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for (let after = position; events.length < count;) {
      const page = await this.#log.readAll({ after, limit: count - events.length });
      if (page.events.length === 0) break;
      events.push(...page.events);
      after = page.position;
    }
    return this.#live(events);
  }

  hash(): string {
    return this.#readModel.hash();
  }

  close(): void {
    this.#readModel.close();
  }

  async #live(events: readonly RecordedEvent[]): Promise<readonly RecordedEvent[]> {
    for (const event of events) {
      for (const fold of this.#picture.folds) await fold.apply(event);
    }
    this.#readModel.spill(events.at(-1)?.position ?? 0);
    return events;
  }
}
