import type { RecordedEvent } from './event-store.port.ts';

/**
 * A store that takes over the whole log of another one as it is: ids, streams, revisions, positions and times. So whatever
 * contains a position (a version, a cursor, an entry that names its journal event) stays true. Meanwhile nobody else can
 * open it. An interrupted copy goes on where it was.
 */
export abstract class LogTarget {
  /** Everything of the other log up to this position has been copied, durably. */
  abstract readonly through: number;

  /** True once `finish` was called, by this process or by one before it. */
  abstract readonly isFinished: boolean;

  /**
   * Takes the next events of the other log: those that follow `through`, in their order. Resolves once they are durable.
   * Events that it already has are not written again. Throws StoreUnavailable, StoreFull and TargetDiffers.
   */
  abstract take(events: readonly RecordedEvent[]): Promise<void>;

  /** The copy is complete: from now on it is a log like any other. */
  abstract finish(): Promise<void>;

  abstract close(): Promise<void>;
}
