export { IN_MEMORY, SqliteReadModel } from './sqlite-read-model.ts';
