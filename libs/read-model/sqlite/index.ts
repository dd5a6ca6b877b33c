export { discard } from './rows-file.ts';
export { IN_MEMORY, SqliteReadModel } from './sqlite-read-model.ts';
