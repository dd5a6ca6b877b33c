import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What may come from outside and go into our log and headers. */
const TAKEN = /^[A-Za-z0-9._-]{1,64}$/;

/** Names a request: by the caller's `X-Request-Id` if it is harmless, else by our own. */
export function requestIds(): (request: IncomingMessage) => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return (request) => {
    const told = request.headers['x-request-id'];
    return typeof told === 'string' && TAKEN.test(told) ? told : `${process}-${(++count).toString(36)}`;
  };
}
