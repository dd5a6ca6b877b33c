/** A general error, such as a row that violates the constraint of a new column. */
export const SQLITE_ERROR = 1;
export const SQLITE_BUSY = 5;
/** A page of the file is damaged or missing. */
export const SQLITE_CORRUPT = 11;
/** No room on the disk. */
export const SQLITE_FULL = 13;
export const SQLITE_CONSTRAINT = 19;
/** Not a database, or one whose beginning is damaged. */
export const SQLITE_NOTADB = 26;

/** A number in the file that is too large for JavaScript: we never write one. */
export const isTooLarge = (cause: unknown): boolean =>
  (cause as { code?: unknown }).code === 'ERR_OUT_OF_RANGE';

/** True for an error of SQLite, with this primary result code if one is given. */
export function isSqliteError(cause: unknown, code?: number): boolean {
  const { errcode } = cause as { errcode?: unknown };
  return typeof errcode === 'number' && (code === undefined || (errcode & 0xff) === code);
}
