/** What keeps a file or folder from being used, by the code of the error, in the words of every room and command. */
export const FILE_WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied. Check who owns it',
  EPERM: 'permission denied. Check who owns it',
  EEXIST: 'it already exists, and nothing is overwritten. Name another path',
  EISDIR: 'it is a folder, but must be a file',
  ENOENT: 'there is no such file or folder. Check the path',
  ENOSPC: 'the disk is full. Free some space and try again',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EROFS: 'the disk is read-only',
};
