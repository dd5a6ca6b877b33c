import { setTimeout as sleep } from 'node:timers/promises';
import type { AvailabilityBody } from '#publishing';
import type { Page } from '../terminal/page.ts';
import { count, duration, number, wrap } from '../terminal/words.ts';
import type { BatchAnswer, OrderTold, Result, Status } from './answers.ts';
import type { Client } from './client.ts';
import { Feed } from './feed.ts';

/** A message as a channel or a warehouse posts it: a CloudEvent without the ceremony. */
export interface Fact {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly data: object;
}

/** How long everything may take to be told, before the demo calls it broken. */
const REST_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 5;

/**
 * Where the day is played: tells the service what happened, waits until every channel has heard what follows
 * from it, and shows that to whoever watches.
 */
export class Stage {
  readonly client: Client;
  readonly page: Page;
  readonly feeds: readonly Feed[];
  /** Everything told so far, in order. */
  readonly facts: Fact[] = [];
  readonly #pauseMs: number;
  readonly #signal: AbortSignal;
  readonly #names: Readonly<Record<string, string>>;
  /** Orders told so far, by channel. */
  readonly #orders = new Map<string, Set<string>>();
  /** What each listing was told when it was last shown, by `channel listing`. */
  readonly #shown = new Map<string, AvailabilityBody>();

  constructor(parts: {
    client: Client;
    page: Page;
    channels: Readonly<Record<string, string>>;
    pauseMs: number;
    signal: AbortSignal;
  }) {
    this.client = parts.client;
    this.page = parts.page;
    this.#names = parts.channels;
    this.#pauseMs = parts.pauseMs;
    this.#signal = parts.signal;
    this.feeds = Object.keys(parts.channels).map((channel) => new Feed(parts.client, channel));
  }

  close(): void {
    for (const feed of this.feeds) feed.close();
  }

  /** Opens a scene: the time of day, what it is about, and one or two sentences. */
  async scene(at: string, title: string, ...sentences: readonly string[]): Promise<void> {
    await sleep(this.#pauseMs, undefined, { signal: this.#signal });
    this.page.line();
    this.page.line(`${this.page.paint('cyan', at.padEnd(7))}${this.page.paint('bold', title)}`);
    for (const sentence of sentences) this.note(sentence);
  }

  note(sentence: string): void {
    for (const line of wrap(sentence, Math.min(this.page.columns, 100) - INDENT.length)) {
      this.page.line(`${INDENT}${line}`);
    }
  }

  /** Posts what happened and shows what became of it and what each channel was told. */
  async tell(...facts: readonly Fact[]): Promise<readonly Result[]> {
    this.facts.push(...facts);
    const startedAt = performance.now();
    const { results } = await this.client.post<BatchAnswer>('/v1/events', facts);
    const acceptedMs = performance.now() - startedAt;
    facts.forEach((fact, i) => this.#showResult(fact, results[i]));
    for (const fact of facts) this.#noteOrder(fact);
    await this.#untilAllHaveHeard();
    this.showTold(
      `acknowledged in ${duration(acceptedMs)}, all channels told after ${duration(performance.now() - startedAt)}`,
    );
    return results;
  }

  /** Does something other than telling a fact, then shows what the channels were told. */
  async act<Value>(act: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    const value = await act();
    await this.#untilAllHaveHeard();
    this.showTold(`all channels told after ${duration(performance.now() - startedAt)}`);
    return value;
  }

  /** Looks until it is so. */
  async until(otherwise: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + REST_WITHIN_MS;
    while (!(await isSo())) await this.#pause(deadline, otherwise);
  }

  /** How many numbers all channels together have heard. */
  get heard(): number {
    return this.feeds.reduce((sum, feed) => sum + feed.heard, 0);
  }

  /** How many listings any channel has heard of. */
  get listings(): number {
    return this.feeds.reduce((sum, feed) => sum + feed.numbers.size, 0);
  }

  /** What is new in any feed since it was last shown: a row an item, a column a channel. */
  showTold(footnote: string): void {
    const rows = new Map<string, Map<string, string>>();
    for (const feed of this.feeds) {
      for (const told of feed.numbers.values()) this.#collect(told, rows);
    }
    this.#showOrders();
    if (rows.size === 0) return this.note(this.page.paint('dim', `no number changes (${footnote})`));
    const channels = this.feeds.map((feed) => feed.channel);
    this.#table(
      ['', ...channels.map((channel) => this.#names[channel] ?? channel)],
      [...rows].map(([sku, cells]) => [sku, ...channels.map((channel) => cells.get(channel) ?? '·')]),
    );
    this.note(this.page.paint('dim', footnote));
  }

  #collect(told: AvailabilityBody, rows: Map<string, Map<string, string>>): void {
    const key = `${told.channel} ${told.listing}`;
    const before = this.#shown.get(key);
    if (before?.version === told.version) return;
    this.#shown.set(key, told);
    if (before === undefined && told.available === 0) return; // A listing is born with 0: no news to anybody.
    const cells = rows.get(told.sku) ?? new Map<string, string>();
    rows.set(told.sku, cells);
    cells.set(told.channel, `${number(before?.available ?? 0)} → ${number(told.available)}`);
  }

  #showOrders(): void {
    for (const feed of this.feeds) {
      for (const order of feed.takeNews()) this.note(`✉ ${this.#orderSentence(order)}`);
    }
  }

  #orderSentence({ channel, orderId, status, shipments }: OrderTold): string {
    const tracking = shipments.at(-1)?.tracking;
    const parcel =
      tracking === undefined ? '' : `, parcel ${tracking.carrier ?? ''} ${tracking.number ?? ''}`;
    return `to ${this.#names[channel] ?? channel}: order ${orderId} is ${status.replace('_', ' ')}${parcel}`;
  }

  #showResult(fact: Fact, result: Result | undefined): void {
    if (result === undefined) throw new Error(`No result for ${fact.type} ${fact.id}.`);
    const why = result.error?.code ?? result.parked?.map(({ code }) => code).join(', ') ?? '';
    const aside = [why, ...(result.flags ?? [])].filter((text) => text !== '').join(', ');
    const isTaken = result.outcome === 'accepted';
    const mark = isTaken ? this.page.paint('green', '✓') : this.page.paint('yellow', '‖');
    const words = (WORDS[fact.type] ?? fact.type).padEnd(WORDS_COLUMNS);
    const told = this.page.paint('dim', `${fact.source}: ${fact.type} ${fact.id}`);
    this.note(`${mark} ${words} ${told}${isTaken && aside === '' ? '' : `  ${result.outcome}: ${aside}`}`);
  }

  #table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
      cells
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('   ');
    this.page.line(`${INDENT}${this.page.paint('dim', line(head))}`);
    for (const row of rows) this.page.line(`${INDENT}${line(row)}`);
  }

  /** Until the service rests and each feed has heard what a pull would answer. */
  async #untilAllHaveHeard(): Promise<void> {
    const deadline = performance.now() + REST_WITHIN_MS;
    await this.until('The service did not finish its work in time', () => this.#rests());
    for (const feed of this.feeds) {
      const newest = Math.max(
        0,
        ...[...this.#shown.values()].filter((t) => t.channel === feed.channel).map((t) => t.version),
      );
      const expected = await this.client.all<AvailabilityBody>(
        `/v1/channels/${feed.channel}/availability?after=${newest}`,
      );
      const isBehind = (): boolean =>
        expected.some((told) => (feed.numbers.get(told.listing)?.version ?? 0) < told.version);
      while (isBehind()) await this.#pause(deadline, `The feed of ${feed.channel} did not tell every number`);
      for (const orderId of this.#orders.get(feed.channel) ?? [])
        await this.#untilOrderHeard(feed, orderId, deadline);
    }
  }

  /** Until the feed's newest word on an order is what a pull answers. */
  async #untilOrderHeard(feed: Feed, orderId: string, deadline: number): Promise<void> {
    const pulled = await this.client.get<OrderTold>(`/v1/channels/${feed.channel}/orders/${orderId}`);
    const isBehind = (): boolean => !isSameOrder(feed.orders.get(orderId), pulled);
    while (isBehind())
      await this.#pause(deadline, `The feed of ${feed.channel} did not tell order ${orderId}`);
  }

  #noteOrder({ source, data }: Fact): void {
    const { orderId, channel = source } = data as { orderId?: string; channel?: string };
    if (orderId === undefined) return;
    this.#orders.set(channel, (this.#orders.get(channel) ?? new Set()).add(orderId));
  }

  async #rests(): Promise<boolean> {
    const { head, posted, projected, published } = await this.client.get<Status>('/v1/status');
    return posted === head && projected === head && published === head;
  }

  async #pause(deadline: number, what: string): Promise<void> {
    if (performance.now() > deadline) throw new Error(`${what} within ${duration(REST_WITHIN_MS)}.`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: this.#signal });
  }

  /** How much was told to whom, in one sentence. */
  summary(): string {
    const parts = this.feeds.map(
      (feed) => `${this.#names[feed.channel] ?? feed.channel} ${number(feed.heard)}`,
    );
    return `${count(this.heard, 'number')} told (${parts.join(', ')})`;
  }
}

/** Message types as a merchant would say them. */
const WORDS: Readonly<Record<string, string>> = {
  'order.placed': 'an order comes in',
  'order.shipped': 'a parcel leaves',
  'order.returned': 'an order comes back',
  'sale.completed': 'sold at the till',
  'sale.returned': 'brought back to the till',
  'stock.received': 'goods are received',
  'stock.counted': 'a shelf is counted',
  'transfer.shipped': 'a transfer leaves',
  'transfer.received': 'a transfer arrives',
};
const WORDS_COLUMNS = Math.max(...Object.values(WORDS).map(({ length }) => length)) + 2;

const isSameOrder = (heard: OrderTold | undefined, pulled: OrderTold): boolean =>
  JSON.stringify([heard?.status, heard?.lines, heard?.shipments]) ===
  JSON.stringify([pulled.status, pulled.lines, pulled.shipments]);

const INDENT = ' '.repeat(7);
