import type { Caller } from './caller.ts';
import type { Stay } from './traffic.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any door but an `open` one is reached. */
    caller: Caller;
    /** Set before every door. */
    stay: Stay;
  }
}
