import PQueue from 'p-queue';
import type { Agent } from 'undici';
import { type Clock, Fault, type Instant, neverBack, pause } from '#kernel';
import type { ChangeReader } from '../src/change-reader.ts';
import type { WebhookName } from '../src/publication-event.ts';
import type { Receipts, WebhookReceipts } from '../src/receipts.ts';
import { messageId } from '../src/wire.ts';
import { deliver, type Delivery } from './delivery.ts';
import { Health, type WebhookHealth } from './health.ts';
import { type Message, newestMessage, type NewestSource } from './message.ts';
import { FRESH_MAX, type Job, Outbox, type OutboxStart } from './outbox.ts';
import { pauseMs, type Pauses } from './pause.ts';
import { keysOf, signatureHeaders } from './signature.ts';
import { type Lookup, openAgent } from './webhook-agent.ts';
import { checkWebhookUrl } from './webhook-url.ts';

/** Messages to one channel at the same time, and within any second. */
const DELIVERIES_AT_ONCE_MAX = 8;
const DELIVERIES_PER_SECOND_MAX = 250;
/** Pause before a store that did not answer is asked again. */
const STORE_PAUSE_MS = 1_000;

interface ChannelWebhookParts extends NewestSource {
  readonly channel: string;
  /** Tells it from other webhooks that the channel has had. */
  readonly name: WebhookName;
  readonly url: string;
  readonly secret: string;
  readonly reader: ChangeReader;
  readonly start: OutboxStart;
  /** The version of a listing that the receiver has taken in earlier runs. */
  readonly takenBefore: (key: string) => number;
  readonly failingSince?: Instant;
  readonly receipts: Receipts;
  readonly clock: Clock;
  readonly allowPrivate: boolean;
  readonly pauses: Pauses;
  /** In [0, 1). */
  readonly random: () => number;
  readonly lookup?: Lookup;
  /** How long one try may take; default: what delivery and agent allow. */
  readonly tryMsMax?: number;
}

/** How one channel's webhook is doing. */
export interface WebhookReport extends WebhookHealth {
  readonly channel: string;
  /** Without path and query: those may hold a secret. */
  readonly origin: string;
  /** `waiting`: changes read and not tried yet. `underway`: being tried. `retrying`: waiting for another try. */
  readonly waiting: number;
  readonly underway: number;
  readonly retrying: number;
  readonly nextTryAt?: Instant;
}

/**
 * Sends one channel's webhook every change, with the newest state, in the order of the changes, and repeats each until it
 * is taken. Queue, connections and failures are the channel's own: no other channel waits for it.
 */
export class ChannelWebhook {
  readonly #parts: ChannelWebhookParts;
  readonly #outbox: Outbox;
  readonly #health: Health;
  readonly #keys: readonly Buffer[];
  /** For pauses: if the wall clock is set back by an hour, no pause becomes an hour longer. */
  readonly #steady: Clock;
  readonly #agent: Agent;
  readonly #queue = new PQueue({
    concurrency: DELIVERIES_AT_ONCE_MAX,
    interval: 1_000,
    intervalCap: DELIVERIES_PER_SECOND_MAX,
    strict: true,
  });
  /** Aborted to stop starting new tries. */
  readonly #noMore = new AbortController();
  /** Aborted to also cut off tries that are underway. */
  readonly #cut = new AbortController();
  readonly #bug = Promise.withResolvers<never>();
  readonly #receipts: WebhookReceipts;
  #timer: NodeJS.Timeout | undefined;
  #waitingForRoom: (() => void) | undefined;
  #pausedUntil: Instant = 0;

  constructor(parts: ChannelWebhookParts) {
    this.#parts = parts;
    this.#outbox = new Outbox(parts.start, parts.takenBefore);
    this.#health = new Health(parts.failingSince);
    this.#keys = keysOf(parts.secret);
    this.#steady = neverBack(parts.clock);
    const { allowPrivate, lookup, tryMsMax } = parts;
    this.#agent = openAgent({
      ...{ allowPrivate, connections: DELIVERIES_AT_ONCE_MAX },
      ...(lookup && { lookup }),
      ...(tryMsMax !== undefined && { waitMsMax: tryMsMax }),
    });
    this.#receipts = parts.receipts.follow(parts.channel, {
      webhook: parts.name,
      through: () => this.#outbox.state.through,
    });
  }

  /** Runs until it is stopped. Throws only our own bugs. */
  async run(): Promise<void> {
    try {
      await Promise.race([this.#follow(), this.#bug.promise]);
    } catch (thrown) {
      this.handOver();
      throw thrown;
    }
  }

  async #follow(): Promise<void> {
    const { reader } = this.#parts;
    const { signal } = this.#noMore;
    this.#pump();
    while (!signal.aborted) {
      if (!this.#outbox.wantsMore || this.#receipts.isFull) {
        await this.#room(signal);
        continue;
      }
      const changes = await reader.next(FRESH_MAX).catch(whereRetriable);
      if (signal.aborted) return;
      if (changes === undefined) {
        await pause(STORE_PAUSE_MS, signal, { ref: false });
        continue;
      }
      this.#outbox.take(changes, reader.place);
      this.#pump();
      if (changes.length === 0) await reader.more(signal);
    }
  }

  /** Starts no new try, gives those underway `graceMs` to end, then stops. */
  async stop(graceMs: number): Promise<void> {
    this.#noMore.abort();
    this.#queue.clear();
    const ended = new AbortController();
    await Promise.race([this.#queue.onPendingZero(), pause(graceMs, ended.signal, { ref: false })]);
    ended.abort();
    this.handOver();
  }

  /** Stops at once, and returns from where its successor has to go on. */
  handOver(): OutboxStart {
    this.#noMore.abort();
    this.#cut.abort();
    clearTimeout(this.#timer);
    this.#queue.clear();
    this.#receipts.end();
    void this.#agent.destroy();
    return this.#outbox.state;
  }

  report(): WebhookReport {
    const { channel, url } = this.#parts;
    const { nextDueAt, counts } = this.#outbox;
    const origin = URL.parse(url)?.origin ?? '';
    const isDue = Number.isFinite(nextDueAt) && counts.retrying > 0;
    const next = isDue ? { nextTryAt: this.#parts.clock.now() + nextDueAt - this.#steady.now() } : {};
    return { channel, origin, ...this.#health.report(), ...counts, ...next };
  }

  /** Starts as many tries as allowed, and sets a timer for when the next is due. */
  #pump(): void {
    if (this.#noMore.signal.aborted) return;
    const now = this.#steady.now();
    while (now >= this.#pausedUntil && this.#outbox.counts.underway < DELIVERIES_AT_ONCE_MAX) {
      const job = this.#outbox.start(now, this.#mayStartFresh());
      if (job === undefined) break;
      this.#queue.add(() => this.#try(job)).catch(this.#bug.reject);
    }
    // New changes are always due: they are sent as soon as the store may be asked again.
    const isFreshDue = this.#outbox.counts.waiting > 0 && this.#mayStartFresh();
    this.#wakeAt(Math.max(this.#pausedUntil, isFreshDue ? now : this.#outbox.nextDueAt), now);
    if (this.#outbox.wantsMore) this.#waitingForRoom?.();
  }

  /** While the receiver is down only retries are sent, after growing pauses: they are the probes. */
  #mayStartFresh(): boolean {
    const { underway, retrying } = this.#outbox.counts;
    return !this.#health.isFailing || underway + retrying === 0;
  }

  #wakeAt(due: Instant, now: Instant): void {
    clearTimeout(this.#timer);
    if (Number.isFinite(due) && this.#outbox.counts.underway < DELIVERIES_AT_ONCE_MAX) {
      this.#timer = setTimeout(() => this.#pump(), Math.max(1, due - now)).unref();
    }
  }

  async #try(job: Job): Promise<void> {
    if (this.#cut.signal.aborted) return;
    const { channel } = this.#parts;
    const message = await newestMessage(channel, job.key, this.#parts).catch(whereRetriable);
    if (this.#cut.signal.aborted) return;
    if (message === undefined) this.#putBack(job);
    else if (message === 'gone') this.#outbox.gone(job);
    else if (this.#outbox.takenVersion(job.key) >= message.told.version) {
      this.#outbox.taken(job, message.told.version);
    } else await this.#deliver(job, message);
    this.#pump();
  }

  #putBack(job: Job): void {
    this.#pausedUntil = this.#steady.now() + STORE_PAUSE_MS;
    this.#outbox.putBack(job, this.#pausedUntil);
  }

  async #deliver(job: Job, message: Message): Promise<void> {
    const delivery = await this.#send(message);
    // It was cut off by a stop: it may have been taken or not, so it will be sent again under the same id.
    if (delivery.outcome === 'refused' && this.#cut.signal.aborted) return;
    if (delivery.outcome === 'taken') this.#taken(job, message);
    else this.#refused(job, message, delivery);
  }

  async #send({ told, body }: Message): Promise<Delivery> {
    const { url, allowPrivate, clock, tryMsMax } = this.#parts;
    const forbidden = checkWebhookUrl(url, { allowPrivate });
    if (forbidden !== undefined) return { outcome: 'refused', code: forbidden.code, isReceiverDown: true };
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'OnHand-Webhook/1',
      ...signatureHeaders(this.#keys, { id: messageId(told), body }, clock.now()),
    };
    const target = { url, agent: this.#agent, ...(tryMsMax !== undefined && { timeoutMs: tryMsMax }) };
    return deliver(target, { headers, body }, this.#cut.signal);
  }

  #taken(job: Job, { told }: Message): void {
    this.#receipts.told(told);
    this.#outbox.taken(job, told.version);
    if (this.#health.taken(this.#parts.clock.now())) {
      this.#receipts.recovered();
      this.#outbox.hurry(this.#steady.now());
    }
  }

  #refused(job: Job, { told }: Message, delivery: Delivery & { outcome: 'refused' }): void {
    const { clock, pauses, random } = this.#parts;
    const { code, isReceiverDown } = delivery;
    if (job.failures === 0) this.#receipts.refused(told, code);
    const wait = Math.max(pauseMs(job.failures + 1, pauses, random()), delivery.retryAfterMs ?? 0);
    this.#outbox.refused(job, { dueAt: this.#steady.now() + wait, isReceiverDown });
    if (this.#health.failed(clock.now(), code, isReceiverDown)) this.#receipts.failing(code);
  }

  /** Resolves when there is room for more. Also looks once a second, for receipts do not announce that they were stored. */
  async #room(signal: AbortSignal): Promise<void> {
    const room = new Promise<void>((resolve) => (this.#waitingForRoom = resolve));
    const waited = new AbortController();
    await Promise.race([
      room,
      pause(STORE_PAUSE_MS, AbortSignal.any([signal, waited.signal]), { ref: false }),
    ]);
    waited.abort();
    this.#waitingForRoom = undefined;
  }
}

/** Returns if the fault may pass (the store does not answer now); anything else is our bug, and is thrown. */
function whereRetriable(thrown: unknown): undefined {
  if (thrown instanceof Fault && thrown.retriable) return undefined;
  throw thrown;
}
