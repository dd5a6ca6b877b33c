import type { EventStore } from '../src/index.ts';

/** A store and what lets a test close it and find the same data again. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes it and opens another one on the same data. */
  reopen(): Promise<StoreUnderTest>;
  /** Closes it and throws its data away. */
  dispose(): Promise<void>;
}

export type OpenEventStore = () => Promise<StoreUnderTest>;
