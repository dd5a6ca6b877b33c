export { type DoubleOptions, EventStoreDbDouble } from './event-store-db-double.ts';
export type { AppendFault, ReadFault } from './faults.ts';
