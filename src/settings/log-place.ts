import type { Settings } from '../environment.ts';

const SERVER = /^(esdb|kurrentdb|kurrent|kdb)(\+discover)?:\/\/\S+$/;
const MASK = '***';
/** Options of an address that may be a secret by their names, and their values. */
const SECRET_OPTION = /([?&][^=&]*(?:pass|pwd|secret|credential|token)[^=&]*=)[^&]*/gi;

/** True if it looks like an address of EventStoreDB or KurrentDB. */
export const isServerAddress = (text: string): boolean => SERVER.test(text);

/**
 * Any address with its password masked, for people. The password may contain an @ or a / that should have been written as
 * %40 or %2F. In a text that is not an address everything before the last @ is masked. Options such as
 * defaultCredentials=user:password are masked in any text.
 */
export const withoutPassword = (text: string): string =>
  withoutLogin(text).replaceAll(SECRET_OPTION, `$1${MASK}`);

function withoutLogin(text: string): string {
  const host = text.slice(text.lastIndexOf('@'));
  if (!host.startsWith('@') || /^[a-z+]+:\/\/[^:@\s]*@[^@]*$/i.test(text)) return text;
  const [, user] = /^([a-z+]+:\/\/[^:@/\s]*):/i.exec(text) ?? [];
  return user === undefined ? `${MASK}${host}` : `${user}:${MASK}${host}`;
}

/** True if the log itself is in DATA_DIR; else that has only files that can be made anew. */
export const isLogInFolder = ({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): boolean =>
  EVENT_STORE === 'sqlite';
