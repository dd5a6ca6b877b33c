export { eventStoreContract } from './event-store.contract.ts';
export { follow, happened, happenedTimes, newStream, readToEnd } from './examples.ts';
export type { OpenEventStore, StoreUnderTest } from './store-under-test.ts';
