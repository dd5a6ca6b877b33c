import type { LoggerService } from '@nestjs/common';
import { destination, type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Lines that wait for a reader of our output who has stopped reading; more are dropped and counted. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** A reader who has stopped reading is waited for so long when the process ends: his words are not worth more. */
const FLUSH_MS_MAX = 500;
/** Wherever one of these stands in a line, its value does not. */
const SECRETS = ['authorization', 'key', 'password', 'secret', 'token'];

export interface LogOutput {
  readonly logger: Logger;
  /** Lines dropped because nobody read them. */
  readonly dropped: () => number;
  /** Writes what waits, as far as somebody reads it. Call it before the process ends. */
  readonly flush: () => void;
}

/** Lines of JSON on a file descriptor, 1 for standard output. Never blocks the event loop. */
export function openLog(level: string, fileDescriptor = 1): LogOutput {
  let dropped = 0;
  let endsAt = Infinity;
  const retryEAGAIN = (): boolean => performance.now() < endsAt;
  const options = { fd: fileDescriptor, sync: false, maxLength: WAITING_BYTES_MAX, retryEAGAIN };
  const output = destination(options);
  output.on('drop', () => (dropped += 1));
  // A reader that has gone (EPIPE) must not take the service with it.
  output.on('error', () => (dropped += 1));
  const end = (): void => {
    endsAt = performance.now() + FLUSH_MS_MAX;
    flush(output);
  };
  return { logger: createLog(level, output), dropped: () => dropped, flush: end };
}

export function createLog(level: string, output: DestinationStream): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: null, redact: { paths, censor: '***' } }, output);
}

/** Says nothing. */
export const silentLog = (): Logger => pino({ enabled: false });

/** What Nest itself has to say goes to the same log. */
export class NestLog implements LoggerService {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown, context?: string): void {
    this.#log.debug({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#log.error({ context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.#log.warn({ context }, String(message));
  }
}

function flush(output: ReturnType<typeof destination>): void {
  try {
    output.flushSync();
  } catch {
    // It was never opened, or its reader has gone: there is nobody to tell.
  }
}
