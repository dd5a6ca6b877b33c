import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Settings } from './environment.ts';

const RETRY_AFTER_S = 5;

/**
 * Listens in the service's place while that cannot start because its store does not answer: requests learn why, and probes
 * that the process lives.
 */
export class WaitingRoom {
  readonly #server: Server;
  #why: string;

  private constructor(why: string) {
    this.#why = why;
    this.#server = createServer(({ url = '' }, response) => this.#answer(url.split('?')[0] ?? '', response));
  }

  /** Throws EADDRINUSE and its like. */
  static async open({ HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>, why: string): Promise<WaitingRoom> {
    const room = new WaitingRoom(why);
    room.#server.listen(PORT, HOST);
    await once(room.#server, 'listening');
    return room;
  }

  /** What keeps the service from starting now. */
  set why(why: string) {
    this.#why = why;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(path: string, response: ServerResponse): void {
    if (path === '/health/live') return send(response, 200, { status: 'ok' });
    if (path === '/health/ready') {
      const store = { store: { status: 'down', why: this.#why } };
      return send(response, 503, { status: 'error', info: {}, error: store, details: store });
    }
    send(response, 503, {
      type: 'urn:onhand:error:STORE_UNAVAILABLE',
      title: 'Store unavailable',
      status: 503,
      code: 'STORE_UNAVAILABLE',
      detail: this.#why,
    });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const type = 'code' in body ? 'application/problem+json' : 'application/json';
  response.writeHead(status, {
    'content-type': type,
    ...(status === 503 && { 'retry-after': String(RETRY_AFTER_S) }),
  });
  response.end(JSON.stringify(body));
}
