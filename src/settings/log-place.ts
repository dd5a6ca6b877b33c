import type { Settings } from '../environment.ts';

/** True where the log itself is in DATA_DIR; else nothing is there but what can be made anew. */
export const isLogInFolder = ({ EVENT_STORE }: Pick<Settings, 'EVENT_STORE'>): boolean =>
  EVENT_STORE === 'sqlite';
