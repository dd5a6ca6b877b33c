import type { EventStore } from '../src/index.ts';

/** A store that a test can close and open again on the same data. */
export interface StoreUnderTest {
  readonly store: EventStore;
  /** Closes it and opens another one on the same data. */
  reopen(): Promise<StoreUnderTest>;
  /** Closes it and deletes its data. */
  dispose(): Promise<void>;
}

export type OpenEventStore = () => Promise<StoreUnderTest>;

/**
 * Keeps a store open for the tests of the surrounding `describe`, and passes it to `onOpened`. Returns a function that opens
 * it again on the same data.
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
