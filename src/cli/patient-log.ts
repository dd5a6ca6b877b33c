import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AppendOutcome,
  EventStore,
  type LogPage,
  type LogQuery,
  type RecordedEvent,
} from '#event-store';

/**
 * The log, for whoever reads very much of it: each page waits its turn, so that a service that does it beside
 * its work goes on answering.
 */
export class PatientLog extends EventStore {
  readonly #store: EventStore;

  constructor(store: EventStore) {
    super();
    this.#store = store;
  }

  async readAll(page: LogQuery & { limit?: number }): Promise<LogPage> {
    await nextTurn();
    return this.#store.readAll(page);
  }

  override async eventAt(position: number): Promise<RecordedEvent | undefined> {
    await nextTurn();
    return this.#store.eventAt(position);
  }

  async readStream(
    stream: string,
    page?: { fromRevision?: number; limit?: number },
  ): Promise<readonly RecordedEvent[]> {
    await nextTurn();
    return this.#store.readStream(stream, page);
  }

  append(...appended: Parameters<EventStore['append']>): Promise<AppendOutcome> {
    return this.#store.append(...appended);
  }

  subscribe(query: LogQuery, signal: AbortSignal): AsyncIterable<LogPage> {
    return this.#store.subscribe(query, signal);
  }

  head(): Promise<number> {
    return this.#store.head();
  }

  /** It is not ours. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
