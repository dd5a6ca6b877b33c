import { FILE_WORDS } from '#kernel';

/** Why a file or folder cannot be used, in words. Undefined for any other error, and for a full disk. */
export function fileErrorWords(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path === undefined || code === undefined || isDiskFull(error)) return undefined;
  return WORDS[code] ?? `the file system says ${code}`;
}

export const isDiskFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOSPC';

const WORDS: Readonly<Record<string, string>> = {
  ...FILE_WORDS,
  EEXIST: 'a file with that name already exists',
  // Also Node's code for a folder that cannot be made on a read-only disk.
  ENOENT: 'it does not exist and cannot be created. Check the path, and that the disk is writable',
};
