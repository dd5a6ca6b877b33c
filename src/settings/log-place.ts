import type { Settings } from '../environment.ts';

const SERVER = /^(esdb|kurrentdb)(\+discover)?:\/\/\S+$/;
const MASK = '***';

/** An address of EventStoreDB or KurrentDB, by its looks. */
export const isServerAddress = (text: string): boolean => SERVER.test(text);

/** For people: any address without its password, which may have an @ or a / that should be written as %40 or %2F. */
export const withoutPassword = (text: string): string =>
  text.replace(/(:\/\/[^:@/\s]*):\S*@/g, `$1:${MASK}@`);

/** True where the log itself is in DATA_DIR; else nothing is there but what can be made anew. */
export const isLogInFolder = ({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): boolean =>
  EVENT_STORE === 'sqlite';
