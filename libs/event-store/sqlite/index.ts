export type { OnBackup } from './backup.ts';
export { DirectoryLock } from './directory-lock.ts';
export { EVENTS_FILE, hasLog, isLeftByRestore, mayHaveLog } from './files.ts';
export { DataFileUnusable } from './sqlite-event-store.faults.ts';
export type { OnChecked } from './integrity.ts';
export { SqliteEventStore } from './sqlite-event-store.ts';
export { SqliteLogTarget } from './sqlite-log-target.ts';
