/** The log, in its data directory. */
export const EVENTS_FILE = 'events.db';
