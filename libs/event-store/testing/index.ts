export { eventStoreContract } from './event-store.contract.ts';
export { follow, happened, happenedTimes, newStream, readToEnd } from './examples.ts';
export type { StoreUnderTest } from './store-under-test.ts';
