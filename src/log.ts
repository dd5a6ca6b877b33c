import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';
import { LogLines } from './log-lines.ts';

export type { Logger } from 'pino';

/** Fields whose values are masked, wherever they are in a line. */
const SECRETS = ['authorization', 'key', 'password', 'secret', 'token'];

export interface LogOutput {
  readonly logger: Logger;
  /** Lines dropped because nobody read them. */
  readonly dropped: () => number;
  /** Writes the waiting lines, as far as the reader takes them. Call it before the process ends. */
  readonly flush: () => void;
}

/** Lines of JSON on a file descriptor, 1 for standard output. Never blocks the event loop. */
export function openLog(level: string, fileDescriptor = 1): LogOutput {
  const lines = new LogLines(fileDescriptor);
  const logger = createLog(level, lines);
  return { logger, dropped: () => lines.dropped, flush: () => lines.flush() };
}

export function createLog(level: string, output: DestinationStream): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: null, redact: { paths, censor: '***' } }, output);
}

/** Says nothing. */
export const silentLog = (): Logger => pino({ enabled: false });

/** Passes Nest's own messages on to our log. */
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
