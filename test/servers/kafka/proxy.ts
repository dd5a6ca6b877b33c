import { createServer, connect, type Server, type Socket } from 'node:net';

/** Kinds of requests, as Kafka's protocol numbers them. */
export const REQUEST = { fetch: 1, offsetCommit: 8, joinGroup: 11 } as const;

const LENGTH_BYTES = 4;

/**
 * A proxy in front of a broker, which clients know only by its address. It holds back requests of some kinds for as long as
 * it is told to: those are not answered, while all others on the same connections are.
 */
export class KafkaProxy {
  readonly #withheld = new Set<number>();
  readonly #held: (() => void)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #brokerPort = 0;

  private constructor() {
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(): Promise<KafkaProxy> {
    const proxy = new KafkaProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Where the broker itself listens. */
  standBefore(brokerPort: number): void {
    this.#brokerPort = brokerPort;
  }

  /** Requests that wait here. */
  get waiting(): number {
    return this.#held.length;
  }

  /** Holds back every request of this kind until `release`. */
  withhold(kind: number): void {
    this.#withheld.add(kind);
  }

  /** Lets through all that was held back, of clients that are still connected. */
  release(): void {
    this.#withheld.clear();
    for (const pass of this.#held.splice(0)) pass();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const broker = connect(this.#brokerPort, '127.0.0.1');
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    broker.pipe(client);
    let waiting: Buffer = Buffer.alloc(0);
    client.on('data', (bytes: Buffer) => {
      waiting = this.#pass(Buffer.concat([waiting, bytes]), broker);
    });
  }

  /** Hands on whole requests; answers what is left. */
  #pass(bytes: Buffer, broker: Socket): Buffer {
    let left = bytes;
    while (left.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + left.readInt32BE(0);
      if (left.length < end) break;
      const request = left.subarray(0, end);
      const pass = (): void => void (broker.destroyed || broker.write(request));
      if (this.#withheld.has(request.readInt16BE(LENGTH_BYTES))) this.#held.push(pass);
      else pass();
      left = left.subarray(end);
    }
    return left;
  }
}
