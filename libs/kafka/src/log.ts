import { type LogEntry, logLevel, type logCreator } from 'kafkajs';

/** Where the client's messages go; a pino logger is one. */
export interface KafkaLog {
  debug(facts: object, words: string): void;
  info(facts: object, words: string): void;
  warn(facts: object, words: string): void;
  error(facts: object, words: string): void;
}

export const SILENT: KafkaLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** At INFO it reports every pause and every join. */
export const LOG_LEVEL = logLevel.WARN;
/** How often the same message is logged again: not with every retry of an outage. */
const SAME_WORDS_EVERY_MS = 30_000;
const REMEMBERED_MAX = 100;

/** A hint for those who upgrade from an older client. Our producers name the partition, or want the new partitioner. */
const OF_NO_USE = /switched default partitioner/;

/**
 * The client logs as an error whatever it will retry: in our log that is a warning, and the same message comes at most
 * once in half a minute. Its stack traces are left out.
 */
export function logCreatorOf(log: KafkaLog): logCreator {
  const saidAt = new Map<string, number>();
  const isNew = (words: string): boolean => {
    const now = performance.now();
    const before = saidAt.get(words);
    if (before !== undefined && now - before < SAME_WORDS_EVERY_MS) return false;
    if (saidAt.size >= REMEMBERED_MAX) saidAt.clear();
    saidAt.set(words, now);
    return true;
  };
  return () =>
    ({ level, log: { message, ...rest } }: LogEntry) => {
      const { error, broker, groupId, topic } = rest as Readonly<Record<string, unknown>>;
      const reason = typeof error === 'string' ? error : undefined;
      if (OF_NO_USE.test(message)) return;
      if (!isNew(`${message} ${reason} ${String(broker)}`)) return;
      const facts = { kafka: { reason, broker, groupId, topic } };
      if (level === logLevel.ERROR || level === logLevel.WARN) log.warn(facts, message);
      else log.debug(facts, message);
    };
}
