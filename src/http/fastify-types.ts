import type { Caller } from './caller.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any door but an `open` one is reached. */
    caller: Caller;
  }
}
