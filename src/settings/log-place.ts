import type { Settings } from '../environment.ts';

const SERVER = /^(esdb|kurrentdb)(\+discover)?:\/\/\S+$/;
const MASK = '***';

/** An address of EventStoreDB or KurrentDB, by its looks. */
export const isServerAddress = (text: string): boolean => SERVER.test(text);

/**
 * For people: any address without its password, which may have an @ or a / that should be written as %40 or %2F. Of
 * what is no address, all before its last @ may be one.
 */
export function withoutPassword(text: string): string {
  const host = text.slice(text.lastIndexOf('@'));
  if (!host.startsWith('@') || /^[a-z+]+:\/\/[^:@\s]*@[^@]*$/i.test(text)) return text;
  const [, user] = /^([a-z+]+:\/\/[^:@/\s]*):/i.exec(text) ?? [];
  return user === undefined ? `${MASK}${host}` : `${user}:${MASK}${host}`;
}

/** True where the log itself is in DATA_DIR; else nothing is there but what can be made anew. */
export const isLogInFolder = ({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): boolean =>
  EVENT_STORE === 'sqlite';
