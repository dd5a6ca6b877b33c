/** What the process says when it ends; after sysexits.h, where that has a word for it. */
export const EXIT = {
  done: 0,
  checkFailed: 1,
  usage: 64,
  badInput: 65,
  unavailable: 69,
  dataDirectoryLocked: 73,
  inputOutput: 74,
  configuration: 78,
} as const;
