import { type Clock, Fault, neverBack } from '#kernel';
import type { EventStore } from '#event-store';
import { ChannelReceipts, type Followed } from './channel-receipts.ts';
import type { Span } from './hand-out.ts';
import type { Told } from './wire.ts';

/** How long a receipt waits, so that several are stored together. */
const RECEIPT_EVERY_MS = 1_000;
/** How often a receipt says what feeds have handed out: rarely, for they are read all the time. */
const HANDED_OUT_EVERY_MS = 10_000;
/** After this many events the place of a quiet channel is stored too, so that little is read after a restart. */
const PLACE_LAG_MAX = 100_000;

interface ReceiptsParts {
  readonly store: EventStore;
  /** Names this process among all that ever ran: no two write to the same streams. */
  readonly writer: string;
  readonly clock: Clock;
  /** Called with a fault of the store that may pass; the receipts are kept, and stored later. */
  readonly onFault?: (fault: unknown) => void;
}

/** By this a webhook says what became of its messages. */
export interface WebhookReceipts {
  /** The receiver took it. */
  told(told: Told): void;
  /** The receiver did not take it at the first try. */
  refused(told: Told, code: string): void;
  failing(code: string): void;
  recovered(): void;
  /** True while so many receipts wait to be stored that nothing new should be sent. */
  readonly isFull: boolean;
  /** The webhook has ended: its place moves no more. */
  end(): void;
}

/** Writes down what was told to whom, about once a second and channel. */
export class Receipts {
  readonly #parts: ReceiptsParts;
  readonly #channels = new Map<string, ChannelReceipts>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  readonly #steady: Clock;
  #handedOutAt = 0;

  constructor(parts: ReceiptsParts) {
    this.#parts = parts;
    this.#steady = neverBack(parts.clock);
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.flush(), RECEIPT_EVERY_MS).unref();
  }

  /** Stores what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#flushing;
    this.#handedOutAt = 0;
    await this.flush();
  }

  /** From here on this webhook tells the channel. */
  follow(channel: string, followed: Followed): WebhookReceipts {
    const { clock } = this.#parts;
    const { webhook } = followed;
    const receipts = this.#of(channel);
    const end = receipts.follow(followed);
    return {
      told: (told) => receipts.told(webhook, told, clock.now()),
      refused: (told, code) => receipts.refused(webhook, { ...told, code }, clock.now()),
      failing: (code) =>
        receipts.note({ type: 'WebhookFailing', data: { channel, webhook, since: clock.now(), code } }),
      recovered: () =>
        receipts.note({ type: 'WebhookRecovered', data: { channel, webhook, at: clock.now() } }),
      get isFull() {
        return receipts.isFull;
      },
      end,
    };
  }

  /** One reader of the channel's feed has been handed all of this span. */
  handedOut(channel: string, span: Span): void {
    this.#of(channel).handedOut(span);
  }

  /** Stores what there is now; only one flush runs at a time. A fault that may pass goes to `onFault`; else it is thrown. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const now = this.#parts.clock.now();
    const steadily = this.#steady.now();
    const withHandedOut = steadily - this.#handedOutAt >= HANDED_OUT_EVERY_MS;
    if (withHandedOut) this.#handedOutAt = steadily;
    await Promise.all(
      [...this.#channels.values()].map(async (channel) => {
        try {
          await channel.flush({ now, withHandedOut, placeLagMax: PLACE_LAG_MAX });
        } catch (thrown) {
          if (!(thrown instanceof Fault && thrown.retriable)) throw thrown;
          this.#parts.onFault?.(thrown);
        }
      }),
    );
  }

  #of(channel: string): ChannelReceipts {
    let receipts = this.#channels.get(channel);
    if (receipts === undefined) {
      receipts = new ChannelReceipts(this.#parts.store, channel, this.#parts.writer);
      this.#channels.set(channel, receipts);
    }
    return receipts;
  }
}
