import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** What may come from outside and go into our log and headers. */
const TAKEN = /^[A-Za-z0-9._-]{1,64}$/;

/** Names requests: by the caller's `X-Request-Id` if it is harmless, else by our own. */
export class RequestIds {
  readonly #process = randomBytes(6).toString('hex');
  /** The newest request of each connection. */
  readonly #newest = new WeakMap<Socket, { readonly request: IncomingMessage; readonly id: string }>();
  #count = 0;

  /** Call it once, when its head has come. */
  of(request: IncomingMessage): string {
    const told = request.headers['x-request-id'];
    const id = typeof told === 'string' && TAKEN.test(told) ? told : this.#own();
    this.#newest.set(request.socket, { request, id });
    return id;
  }

  /** Of the request that did not come whole over this connection: a new one if not even its head did. */
  ofUnfinished(socket: Socket): string {
    const newest = this.#newest.get(socket);
    return newest === undefined || newest.request.complete ? this.#own() : newest.id;
  }

  #own(): string {
    return `${this.#process}-${(++this.#count).toString(36)}`;
  }
}
