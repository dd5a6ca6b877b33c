import type { RecordedEvent } from './event-store.port.ts';

/**
 * A store that takes over the whole log of another one, as it is: ids, streams, revisions, positions and times.
 * Whatever says a position (a version, a cursor, an entry that names its journal event) stays true. While it does,
 * nobody else can open it; a copy that was interrupted goes on where it was.
 */
export abstract class LogTarget {
  /** Everything of the other log up to this position is here, durable. */
  abstract readonly through: number;

  /** True once `finish` was called, by this process or by one before it. */
  abstract readonly isFinished: boolean;

  /**
   * The next events of the other log, all those after `through`, in their order. Resolves once they are durable;
   * the same again are not written twice. Throws StoreUnavailable, StoreFull and TargetDiffers.
   */
  abstract take(events: readonly RecordedEvent[]): Promise<void>;

  /** All is here: from now on it is a log like any other. */
  abstract finish(): Promise<void>;

  abstract close(): Promise<void>;
}
