import type { ExceptionName } from './item-event.ts';

/** Channel ids have no `/`, so that what follows it is the order's own id, whatever is in it. */
export const orderKey = (channel: string, orderId: string): string => `${channel}/${orderId}`;

/** A name from outside as a key of a plain object: `__proto__` and `1` become names like any other. */
export const nameKey = (name: string): string => `:${name}`;

/** Of kind, location and channel none has a `/`. */
export const exceptionKey = ({ kind, location = '', channel = '', orderId = '' }: ExceptionName): string =>
  `${kind}/${location}/${channel}/${orderId}`;
