import { FACT_EVENT_TYPES } from '#inventory';

const FACT_TYPES: ReadonlySet<string> = new Set(Object.values(FACT_EVENT_TYPES));

/** True for the event of a message that was accepted or parked. */
export const isFact = (type: string): boolean => FACT_TYPES.has(type);
