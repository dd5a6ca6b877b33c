import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** One message as it was received. */
interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
  /** The CloudEvent's data, verified with the official package; undefined if the signature is wrong. */
  readonly data:
    { listing?: string; available?: number; version: number; orderId?: string; status?: string } | undefined;
}

/** Makes the receiver's answer; 200 if it makes none. */
type Behaviour = (received: Received, response: ServerResponse) => void;

export const takeIt: Behaviour = (_, response) => {
  response.writeHead(200).end();
};

/** A real HTTP server that takes webhooks, verifies them, and can be made to misbehave. */
export class Receiver {
  readonly received: Received[] = [];
  behave: Behaviour = takeIt;
  readonly secret: string;
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(server: Server, scheme: string, secret: string) {
    this.#server = server;
    this.#scheme = scheme;
    this.secret = secret;
    server.on('request', (request, response) => void this.#take(request, response));
  }

  static async open(
    options: { secret?: string; tls?: { key: string; cert: string } } = {},
  ): Promise<Receiver> {
    const nobody: RequestListener | undefined = undefined;
    const server = options.tls ? createTlsServer(options.tls, nobody) : createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const secret = options.secret ?? 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    return new Receiver(server, options.tls ? 'https' : 'http', secret);
  }

  /** From now on nothing is answered. Returns the responses still to be given, in the order of the requests. */
  hold(): readonly ServerResponse[] {
    const held: ServerResponse[] = [];
    this.behave = (_, response) => held.push(response);
    return held;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get webhook(): { readonly url: string; readonly secret: string } {
    return { url: `${this.#scheme}://127.0.0.1:${this.port}/hook`, secret: this.secret };
  }

  /** The newest state that was taken of each listing and order. */
  get picture(): Record<string, number | string> {
    const picture: Record<string, number | string> = {};
    for (const { data } of this.received) {
      if (data === undefined) throw new Error('A message with a wrong signature.');
      picture[data.listing ?? `order ${data.orderId}`] = data.available ?? data.status ?? '';
    }
    return picture;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.setEncoding('utf8');
    let body = '';
    for await (const part of request) body += part;
    const headers = request.headers as Record<string, string>;
    const received: Received = { headers, body, data: this.#verify(headers, body) };
    this.received.push(received);
    this.behave(received, response);
  }

  #verify(headers: Record<string, string>, body: string): Received['data'] {
    try {
      const event = new Webhook(this.secret).verify(body, headers) as { data: Received['data'] };
      return event.data;
    } catch {
      return undefined;
    }
  }
}
