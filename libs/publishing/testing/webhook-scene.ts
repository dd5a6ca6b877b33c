import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Channel } from '#inventory';
import type { Instant } from '#kernel';
import type { WebhookReport } from '../webhook/index.ts';
import type { WebhooksParts } from '../webhook/webhooks.ts';
import { until } from '../../kernel/testing/until.ts';
import { channelOf, Publishing, QUICK } from './publishing.ts';
import { Receiver } from './receiver.ts';
import { Stage } from './stage.ts';

/** A log, publishing over it, and a receiver: what each spec of webhooks begins with. */
export class WebhookScene {
  readonly stage: Stage;
  publishing: Publishing;
  receiver: Receiver;
  readonly #others: Receiver[] = [];

  private constructor(stage: Stage, publishing: Publishing, receiver: Receiver) {
    this.stage = stage;
    this.publishing = publishing;
    this.receiver = receiver;
  }

  static async open(): Promise<WebhookScene> {
    const stage = await Stage.open();
    return new WebhookScene(stage, await Publishing.start(stage), await Receiver.open());
  }

  async close(): Promise<void> {
    await this.publishing.stop();
    for (const each of [this.receiver, ...this.#others]) await each.close();
    await this.stage.close();
    expect(this.publishing.bugs).toEqual([]);
  }

  /** From now on time stands still unless a spec moves the returned clock: retries are due by it. */
  async holdClock(parts: Partial<WebhooksParts> = {}): Promise<{ at: Instant }> {
    const clock = { at: Date.now(), now: () => clock.at };
    await this.publishing.stop();
    await this.begin({ clock, ...parts });
    return clock;
  }

  /** Starts the service again after it was stopped or killed. */
  async begin(parts: Partial<WebhooksParts> = {}): Promise<void> {
    this.publishing = await Publishing.start(this.stage, parts);
  }

  /** Another receiver. */
  async openOther(secret?: string): Promise<Receiver> {
    const other = await Receiver.open({ ...(secret && { secret }) });
    this.#others.push(other);
    return other;
  }

  async define(id: string, webhook?: Channel['webhook']): Promise<void> {
    await this.stage.append(`channel-${id}`, 'ChannelDefined', channelOf(id, webhook));
    await this.stage.project();
  }

  publish(numbers: Readonly<Record<string, number>>, channel = 'web'): Promise<number> {
    return this.stage.publish(channel, numbers);
  }

  arrived(count: number, where = this.receiver): Promise<void> {
    return until(() => where.received.length >= count, `${count} messages`);
  }

  /** Resolves when every timer that a webhook had set has fired, and what it would have sent was sent. */
  async timersPassed(): Promise<void> {
    await pause(QUICK.msMax + 1);
    await turn();
  }

  /** Resolves when no message waits, is underway, or is to be retried. */
  async atRest(): Promise<void> {
    await turn(); // What was published is read by now.
    await until(() => {
      const { waiting, underway, retrying } = this.report();
      return waiting + underway + retrying === 0;
    }, 'nothing left to tell');
  }

  report(): WebhookReport {
    const report = this.publishing.webhooks.report('web');
    if (report === undefined) throw new Error('web has no webhook.');
    return report;
  }

  /** Stores and projects the receipts of what was told so far. */
  async receipted(): Promise<void> {
    await this.publishing.receipts.flush();
    await this.stage.project();
  }
}
