export { readAddress } from './address.ts';
export { EventStoreDbUnusable, StreamDamaged } from './event-store-db.faults.ts';
export { EventStoreDbEventStore } from './event-store-db-event-store.ts';
export { EventStoreDbLogTarget } from './event-store-db-log-target.ts';
