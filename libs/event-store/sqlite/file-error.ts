/** Why a file or folder cannot be used, in words. Undefined for any other error, and for a full disk. */
export function fileErrorWords(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path === undefined || code === undefined || isDiskFull(error)) return undefined;
  return WORDS[code] ?? `the file system says ${code}`;
}

export const isDiskFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOSPC';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: check who owns it',
  EPERM: 'permission denied: check who owns it',
  EEXIST: 'a file with that name already exists',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, but must be a file',
  EROFS: 'the disk is read-only',
  // Also Node's code for a folder that cannot be made on a read-only disk.
  ENOENT: 'it does not exist and cannot be created: check the path, and that the disk is writable',
};
