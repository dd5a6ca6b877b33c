/** What keeps a file or folder from being used, in words. Undefined for any other error, and for a full disk. */
export function fileErrorWords(error: unknown): string | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (path === undefined || code === undefined || isDiskFull(error)) return undefined;
  return WORDS[code] ?? `the file system says ${code}`;
}

export const isDiskFull = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOSPC';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied: check who owns it',
  EPERM: 'permission denied: check who owns it',
  EEXIST: 'there is a file of that name',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, and a file is needed',
  EROFS: 'the disk is read-only',
  // So says Node too of a folder that cannot be made on a read-only disk.
  ENOENT: 'it is not there and cannot be made: check the path, and that the disk can be written',
};
