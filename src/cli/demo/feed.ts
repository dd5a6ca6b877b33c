import type { AvailabilityBody } from '#publishing';
import type { OrderTold } from './answers.ts';
import type { Client } from './client.ts';

/** How long to wait before connecting again. */
const RECONNECT_AFTER_MS = 200;

/**
 * One channel's ear: its server-sent events, from the first number on. It keeps what a channel would keep, the
 * newest number of each listing, and notes it where a version went back, which must never be.
 */
export class Feed {
  readonly channel: string;
  readonly numbers = new Map<string, AvailabilityBody>();
  /** The newest word on each order. */
  readonly orders = new Map<string, OrderTold>();
  #news: OrderTold[] = [];
  /** Numbers heard. */
  heard = 0;
  /** Versions that did not grow. */
  stepsBack = 0;
  readonly #client: Client;
  readonly #closing = new AbortController();
  #lastId = '';

  constructor(client: Client, channel: string) {
    this.#client = client;
    this.channel = channel;
    void this.#listen();
  }

  close(): void {
    this.#closing.abort();
  }

  /** Connects, and again where the connection breaks, each time behind the very event last heard. */
  async #listen(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#connection();
      } catch {
        // Closed from either side: the cursor says where to go on.
      }
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER_MS));
    }
  }

  async #connection(): Promise<void> {
    const start = this.#lastId === '' ? '?after=0' : '';
    const response = await fetch(new URL(`/v1/channels/${this.channel}/feed${start}`, this.#client.url), {
      ...(this.#lastId !== '' && { headers: { 'last-event-id': this.#lastId } }),
      signal: this.#closing.signal,
    });
    if (!response.ok || response.body === null) throw new Error(`The feed answered ${response.status}.`);
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  /** `event: …`, `id: …`, `data: …`, one a line; a line that begins with a colon is the heartbeat. */
  #take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => splitOnce(line)));
    const data = fields.get('data');
    if (data === undefined) return;
    this.#lastId = fields.get('id') ?? this.#lastId;
    if (fields.get('event') === 'order.updated') this.#hearOrder(JSON.parse(data) as OrderTold);
    else this.#hear(JSON.parse(data) as AvailabilityBody);
  }

  /** What was told of orders since it was last asked. */
  takeNews(): readonly OrderTold[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #hearOrder(order: OrderTold): void {
    this.orders.set(order.orderId, order);
    this.#news.push(order);
  }

  #hear(told: AvailabilityBody): void {
    const before = this.numbers.get(told.listing);
    if (before !== undefined && told.version <= before.version) this.stepsBack++;
    this.heard++;
    this.numbers.set(told.listing, told);
  }
}

function splitOnce(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}
