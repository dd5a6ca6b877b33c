/** What a process of ours ends with; the numbers are those of BSD's sysexits, where it has one. */
export const EXIT = {
  done: 0,
  checkFailed: 1,
  /** The words are wrong: an unknown command, a missing argument. */
  usage: 64,
  /** Bad input: a line was rejected, what was asked for is not there. */
  input: 65,
  /** Service or store not reachable. */
  unavailable: 69,
  /** Another process has the data directory. */
  locked: 73,
  inputOutput: 74,
  configuration: 78,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  USAGE: EXIT.usage,
  STORE_UNAVAILABLE: EXIT.unavailable,
  KAFKA_UNAVAILABLE: EXIT.unavailable,
  SERVICE_UNAVAILABLE: EXIT.unavailable,
  SERVICE_BUSY: EXIT.unavailable,
  NOT_YET: EXIT.unavailable,
  DATA_DIRECTORY_LOCKED: EXIT.locked,
  STORE_FULL: EXIT.inputOutput,
  DATA_DIRECTORY_UNUSABLE: EXIT.configuration,
  DATA_FILE_UNUSABLE: EXIT.inputOutput,
  READ_MODEL_FAILED: EXIT.inputOutput,
  STREAM_DAMAGED: EXIT.inputOutput,
  FILE_UNREADABLE: EXIT.inputOutput,
  INPUT_OUTPUT: EXIT.inputOutput,
  CONFIGURATION: EXIT.configuration,
  EVENT_STORE_UNUSABLE: EXIT.configuration,
  INTERRUPTED: EXIT.interrupted,
  BUG: EXIT.checkFailed,
};

/** Every code that is not named here is about what was asked or told: bad input. */
export const exitCodeOf = (code: string): ExitCode => BY_CODE[code] ?? EXIT.input;
