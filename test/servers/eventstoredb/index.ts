export { EventStoreDbDouble } from './event-store-db-double.ts';
export type { AppendFault } from './faults.ts';
