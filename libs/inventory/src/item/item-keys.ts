import type { ExceptionName } from './item-event.ts';

/** Unambiguous: channel ids have no `/`, so that all that follows the first one is the order's own id. */
export const orderKey = (channel: string, orderId: string): string => `${channel}/${orderId}`;

/** A name from outside as a key of a plain object: `__proto__` and `1` become names like any other. */
export const nameKey = (name: string): string => `:${name}`;

/** Unambiguous: kind, location and channel have no `/`. */
export const exceptionKey = ({ kind, location = '', channel = '', orderId = '' }: ExceptionName): string =>
  `${kind}/${location}/${channel}/${orderId}`;
