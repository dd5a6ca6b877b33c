import { CatalogBook } from '#catalog';
import type { Channel } from '#inventory';
import { systemClock } from '#kernel';
import type { ReadModel } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { Hub, Receipts, ToldBook } from '../src/index.ts';
import { Webhooks, type WebhooksParts } from '../webhook/webhooks.ts';
import type { Stage } from './stage.ts';

/** Pauses for specs: milliseconds instead of minutes. */
export const QUICK = { firstMsMax: 40, msMax: 300 };
/** So long that a slow machine makes no try fail. */
const TRY_MS_MAX = 600_000;
let runs = 0;

/** Publishing as it runs in one process. */
export class Publishing {
  readonly told: ToldBook;
  readonly receipts: Receipts;
  readonly webhooks: Webhooks;
  /** Bugs that stopped a webhook: there should be none. */
  readonly bugs: unknown[] = [];
  readonly #catalog: CatalogBook;
  readonly #hub: Hub;
  readonly #readModel: ReadModel;

  private constructor(stage: Stage, parts: Partial<WebhooksParts>) {
    this.#readModel = SqliteReadModel.open({ file: IN_MEMORY });
    const catalog = new CatalogBook(this.#readModel);
    this.#catalog = catalog;
    this.told = new ToldBook(this.#readModel);
    this.receipts = new Receipts({ store: stage.store, writer: `run-${++runs}`, clock: systemClock });
    this.#hub = new Hub({ ...stage, position: 0 });
    this.webhooks = new Webhooks({
      ...{ numbers: stage.numbers, orders: stage.orders, hub: this.#hub, told: this.told },
      ...{ receipts: this.receipts, channels: () => catalog.channels(), allowPrivate: true, pauses: QUICK },
      tryMsMax: TRY_MS_MAX,
      onBug: (_, thrown) => this.bugs.push(thrown),
      ...parts,
    });
    stage.folds.splice(1, Infinity, catalog, this.told, this.#hub, this.webhooks);
  }

  /** Starts a new process: it rebuilds its picture from the log. */
  static async start(stage: Stage, parts: Partial<WebhooksParts> = {}): Promise<Publishing> {
    const made = new Publishing(stage, parts);
    stage.position = 0;
    await stage.project();
    made.webhooks.start();
    return made;
  }

  async stop(): Promise<void> {
    await this.webhooks.stop();
    await this.receipts.stop();
    this.kill();
  }

  /** Ends it without storing what is left: messages without a receipt are forgotten. */
  kill(): void {
    for (const { id } of this.#catalog.channels()) this.#cut(id);
    this.#hub.close();
    this.#readModel.close();
  }

  #cut(channel: string): void {
    this.webhooks.apply({ ...NO_EVENT, data: channelOf(channel) });
  }
}

const NO_EVENT = {
  id: '',
  stream: 'channel-x',
  revision: 0,
  position: 0,
  type: 'ChannelDefined',
  recordedAt: 0,
};

export function channelOf(id: string, webhook?: Channel['webhook']): Channel {
  return {
    ...{ id, name: id, kind: 'storefront', locations: [], lists: 'all', unknownItems: 'park' },
    ...(webhook && { webhook }),
  };
}
