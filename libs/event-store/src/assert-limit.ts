import { assert } from '#kernel';
import { READ_EVENTS_MAX } from './event-store.port.ts';

/** Checks the limit of a read, for every adapter: a wrong one is a bug of the caller. */
export const assertLimit = (limit: number): void =>
  assert(
    Number.isSafeInteger(limit) && limit > 0 && limit <= READ_EVENTS_MAX,
    'a page limit within READ_EVENTS_MAX',
  );
