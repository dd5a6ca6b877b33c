import type { Settings } from '../environment.ts';

const SERVER = /^(esdb|kurrentdb)(\+discover)?:\/\/\S+$/;
const MASK = '***';

/** True if it looks like an address of EventStoreDB or KurrentDB. */
export const isServerAddress = (text: string): boolean => SERVER.test(text);

/**
 * Any address with its password masked, for people. The password may contain an @ or a / that should have been written as
 * %40 or %2F. In a text that is not an address everything before the last @ is masked.
 */
export function withoutPassword(text: string): string {
  const host = text.slice(text.lastIndexOf('@'));
  if (!host.startsWith('@') || /^[a-z+]+:\/\/[^:@\s]*@[^@]*$/i.test(text)) return text;
  const [, user] = /^([a-z+]+:\/\/[^:@/\s]*):/i.exec(text) ?? [];
  return user === undefined ? `${MASK}${host}` : `${user}:${MASK}${host}`;
}

/** True if the log itself is in DATA_DIR; else that has only files that can be made anew. */
export const isLogInFolder = ({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): boolean =>
  EVENT_STORE === 'sqlite';
