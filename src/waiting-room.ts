import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Settings } from './environment.ts';
import { ANSWER_HEADERS } from './http/answer-headers.ts';
import { PROBLEM_TYPE, problemOf } from './http/problem.ts';

const RETRY_AFTER_S = 5;

/** What keeps the service from starting now. */
export interface Waiting {
  readonly for: 'store' | 'picture';
  /** In words. */
  readonly why: string;
}

/** What requests are refused with meanwhile. */
const CODES = { store: 'STORE_UNAVAILABLE', picture: 'NOT_YET' } as const;

/**
 * Listens in the service's place while that cannot start because its store does not answer, or its picture is far behind
 * the log: requests learn why, and probes that the process lives.
 */
export class WaitingRoom {
  readonly #server: Server;
  #waiting: Waiting;

  private constructor(waiting: Waiting) {
    this.#waiting = waiting;
    this.#server = createServer(({ url = '' }, response) => this.#answer(url.split('?')[0] ?? '', response));
  }

  /** Throws EADDRINUSE and its like. */
  static async open({ HOST, PORT }: Pick<Settings, 'HOST' | 'PORT'>, waiting: Waiting): Promise<WaitingRoom> {
    const room = new WaitingRoom(waiting);
    room.#server.listen(PORT, HOST);
    await once(room.#server, 'listening');
    return room;
  }

  set waiting(waiting: Waiting) {
    this.#waiting = waiting;
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
    const { for: missing, why } = this.#waiting;
    if (path === '/health/ready') {
      const error = { [missing]: { status: 'down', why } };
      return send(response, 503, { status: 'error', info: {}, error, details: error });
    }
    send(response, 503, problemOf([{ code: CODES[missing], detail: why }]));
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const type = 'code' in body ? PROBLEM_TYPE : 'application/json';
  response.writeHead(status, {
    ...ANSWER_HEADERS,
    'content-type': type,
    ...(status === 503 && { 'retry-after': String(RETRY_AFTER_S) }),
  });
  response.end(JSON.stringify(body));
}
