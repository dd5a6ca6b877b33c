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

/**
 * Whether there was no file descriptor left, for a file or for a thread: nothing is wrong with the file, and later it can
 * be opened. Node says so under several codes, SQLite says only that it cannot open the file.
 */
export const isWantOfDescriptors = (cause: unknown): boolean =>
  errorCodeOf(cause) === SQLITE_CANTOPEN || WANT_OF_DESCRIPTORS.test(String(cause));

const WANT_OF_DESCRIPTORS = /\b(EMFILE|ENFILE)\b|too many open files/i;
