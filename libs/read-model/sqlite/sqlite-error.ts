export const SQLITE_CORRUPT = 11;
/** No room on the disk. */
export const SQLITE_FULL = 13;
/** The file, or one that SQLite keeps beside it. */
export const SQLITE_CANTOPEN = 14;
export const SQLITE_NOTADB = 26;

/** SQLite's primary result code; undefined if the error is not one of SQLite. */
export function errorCodeOf(cause: unknown): number | undefined {
  const { errcode } = cause as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}
