import {
  type AppendOutcome,
  EventStore,
  type LogPage,
  type LogQuery,
  type NewEvent,
  type RecordedEvent,
} from '#event-store';

/** What happens to one append. */
export type AppendFault = 'lost before' | 'lost after' | Error;

/** A store in front of another one that loses answers, or fails, when a test says so. */
export class FaultyStore extends EventStore {
  readonly #inner: EventStore;
  /** Asked before each append. */
  fault: (stream: string) => AppendFault | undefined = () => undefined;

  constructor(inner: EventStore) {
    super();
    this.#inner = inner;
  }

  async append(
    stream: string,
    expectedRevision: number,
    events: readonly NewEvent[],
  ): Promise<AppendOutcome> {
    const fault = this.fault(stream);
    if (fault instanceof Error) throw fault;
    const unknown = { outcome: 'unknown', cause: fault } as const;
    if (fault === 'lost before') return unknown;
    const outcome = await this.#inner.append(stream, expectedRevision, events);
    return fault === 'lost after' ? unknown : outcome;
  }

  readStream(
    stream: string,
    page?: { fromRevision?: number; limit?: number },
  ): Promise<readonly RecordedEvent[]> {
    return this.#inner.readStream(stream, page);
  }

  readAll(page: LogQuery & { limit?: number }): Promise<LogPage> {
    return this.#inner.readAll(page);
  }

  subscribe(query: LogQuery, signal: AbortSignal): AsyncIterable<LogPage> {
    return this.#inner.subscribe(query, signal);
  }

  head(): Promise<number> {
    return this.#inner.head();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
