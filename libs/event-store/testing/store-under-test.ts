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

/**
 * Keeps a store open for the tests of the `describe` in which it is called, and hands it out. Answers how to open
 * it anew on the same data.
 */
export function keepOpen(open: OpenEventStore, onOpened: (store: EventStore) => void): () => Promise<void> {
  let underTest: StoreUnderTest;
  const take = (opened: StoreUnderTest): void => {
    underTest = opened;
    onOpened(opened.store);
  };
  beforeAll(async () => take(await open()));
  afterAll(() => underTest.dispose());
  return async () => take(await underTest.reopen());
}
