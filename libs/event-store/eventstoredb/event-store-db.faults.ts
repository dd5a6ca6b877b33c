import { Fault } from '#kernel';

/** The address is wrong, or what answers there cannot be our store. It does not pass by itself. */
export class EventStoreDbUnusable extends Fault {
  readonly code = 'EVENT_STORE_UNUSABLE';
  readonly retriable = false;

  constructor(address: string, why: string, options?: { cause?: unknown }) {
    super(`${address} cannot be used as event store: ${why}.`, options);
  }
}

/** Somebody has deleted or truncated a stream: some of its events are gone. */
export class StreamDamaged extends Fault {
  readonly code = 'STREAM_DAMAGED';
  readonly retriable = false;

  constructor(stream: string, what: string, options?: { cause?: unknown }) {
    super(
      `${stream}: ${what}. Events of OnHand must never be deleted: restore a backup of the store.`,
      options,
    );
  }
}
