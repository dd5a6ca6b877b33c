import { type Clock, systemClock } from '#kernel';
import { type AppendOutcome, EventStore, type NewEvent, StoreUnavailable } from '#event-store';
import { Stage } from '../testing/stage.ts';
import { AVAILABILITY, endOf, ORDER } from './place.ts';
import type { ChangesTold } from './publication-event.ts';
import { Receipts, type WebhookReceipts } from './receipts.ts';

/** The embedded store over a bad line: an answer may get lost, or the store not be reached at all. */
class BadLine extends EventStore {
  loses = 0;
  isDown = false;
  readonly #store: EventStore;

  constructor(store: EventStore) {
    super();
    this.#store = store;
  }

  async append(stream: string, revision: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    if (this.isDown) throw new StoreUnavailable('no line');
    const answer = await this.#store.append(stream, revision, events);
    return this.loses-- > 0 ? { outcome: 'unknown', cause: 'no answer' } : answer;
  }

  readStream: EventStore['readStream'] = (...page) => this.#store.readStream(...page);
  readAll: EventStore['readAll'] = (page) => this.#store.readAll(page);
  subscribe: EventStore['subscribe'] = (...query) => this.#store.subscribe(...query);
  head: EventStore['head'] = () => this.#store.head();
  close: EventStore['close'] = () => this.#store.close();
}

const told = (id: string, version: number) => ({ channel: 'web', kind: AVAILABILITY, id, version }) as const;

let stage: Stage;
let line: BadLine;
let faults: unknown[];

beforeEach(async () => {
  stage = await Stage.open();
  line = new BadLine(stage.store);
  faults = [];
});
afterEach(() => stage.close());

function begin(clock: Clock = systemClock): { receipts: Receipts; web: WebhookReceipts } {
  const receipts = new Receipts({
    store: line,
    writer: 'one',
    clock,
    onFault: (fault) => faults.push(fault),
  });
  return { receipts, web: receipts.follow('web', { webhook: 3, through: () => endOf(1) }) };
}

async function stored(): Promise<ChangesTold[]> {
  const { events } = await stage.store.readAll({ after: 0, categories: ['publication'] });
  return events.map(({ data }) => data as ChangesTold);
}

describe('receipts', () => {
  it('store what was told since the last time in one event, the newest of each', async () => {
    const { receipts, web } = begin();
    web.told(told('MUG', 5));
    web.told(told('MUG', 7));
    web.told({ channel: 'web', kind: ORDER, id: '1001', version: 6 });
    web.refused(told('CUP', 7), 'HTTP_400');
    await receipts.flush();
    await receipts.flush();

    expect(await stored()).toEqual([
      {
        channel: 'web',
        via: 'webhook',
        webhook: 3,
        through: endOf(1),
        told: [{ listing: 'MUG', version: 7, at: expect.any(Number) }],
        orders: [{ orderId: '1001', version: 6, at: expect.any(Number) }],
        refused: [{ listing: 'CUP', version: 7, at: expect.any(Number), code: 'HTTP_400' }],
      },
    ]);
  });

  it('say only that it was taken of what was first refused, and report trouble once', async () => {
    const { receipts, web } = begin();
    web.refused(told('MUG', 5), 'HTTP_500');
    web.told(told('MUG', 6));
    web.failing('HTTP_500');
    await receipts.flush();
    web.told(told('CUP', 7));
    await receipts.flush();

    expect(await stored()).toMatchObject([
      { told: [{ listing: 'MUG', version: 6 }], refused: [] },
      { channel: 'web', webhook: 3, code: 'HTTP_500' },
      { told: [{ listing: 'CUP', version: 7 }] },
    ]);
  });

  it('are stored once where the answer got lost', async () => {
    const { receipts, web } = begin();
    line.loses = 2;
    web.told(told('MUG', 5));
    await receipts.flush();
    web.told(told('CUP', 6));
    await receipts.flush();
    await receipts.flush();

    expect((await stored()).map((event) => event.told.map(({ listing }) => listing))).toEqual([
      ['MUG'],
      ['CUP'],
    ]);
  });

  it('wait for a store that does not answer, and are full at some number', async () => {
    const { receipts, web } = begin();
    line.isDown = true;
    for (let index = 0; index < 10_000 && !web.isFull; index++) {
      web.told(told(`S${index}`, index + 1));
      if (index === 10) await receipts.flush();
    }
    expect(web.isFull).toBe(true);
    expect(faults).toEqual([expect.any(StoreUnavailable)]);

    line.isDown = false;
    await receipts.flush();
    expect(web.isFull).toBe(false);
    const listings = (await stored()).flatMap((event) => event.told.map(({ listing }) => listing));
    expect(new Set(listings).size).toBe(listings.length);
    expect(listings.length).toBeGreaterThanOrEqual(5_000);
    for (const event of await stored()) expect(JSON.stringify(event).length).toBeLessThan(900_000);
  });

  it('go on in the stream of an earlier run under the same name', async () => {
    const [one, other] = [begin(), begin()];
    one.web.told(told('MUG', 5));
    await one.receipts.flush();
    other.web.told(told('CUP', 6));
    await other.receipts.flush();
    expect(await stored()).toHaveLength(2);
  });

  it('move the place of a quiet channel only once it is far behind', async () => {
    let through = 1;
    const { receipts } = begin();
    receipts.follow('web', { webhook: 3, through: () => endOf(through) });
    through = 90_000;
    await receipts.flush();
    expect(await stored()).toEqual([]);
    through = 100_001;
    await receipts.flush();
    expect(await stored()).toMatchObject([{ through: endOf(100_001), told: [] }]);
  });

  it('say which of the channel’s webhooks was told, also where the next one is there already', async () => {
    const { receipts, web } = begin();
    web.told(told('MUG', 5));
    const next = receipts.follow('web', { webhook: 6, through: () => endOf(0) });
    web.told(told('MUG', 4)); // Too late: nobody goes on there.
    next.told(told('CUP', 7));
    await receipts.flush();
    const all = (await stored()).map((event) => [event.webhook, event.told.map(({ version }) => version)]);
    expect(all.toSorted()).toEqual([
      [3, [5]],
      [6, [7]],
    ]);
  });

  it('of feeds are stored now and then, also after the clock was set back', async () => {
    const clock = { at: Date.UTC(2026, 0, 1), now: () => clock.at };
    const { receipts } = begin(clock);
    receipts.handedOut('web', { from: 2, through: 9 });
    await receipts.flush();
    clock.at -= 3_600_000;
    receipts.handedOut('web', { from: 2, through: 12 });
    await receipts.flush();
    expect(await stored()).toHaveLength(1);
    clock.at += 10_000;
    await receipts.flush();
    expect(await stored()).toMatchObject([{ through: 9 }, { through: 12, at: clock.at }]);
  });

  it('are complete after a stop', async () => {
    const { receipts, web } = begin();
    receipts.start();
    web.told(told('MUG', 5));
    receipts.handedOut('web', { from: 2, through: 9 });
    await receipts.stop();
    expect(await stored()).toMatchObject([
      { told: [{ listing: 'MUG' }] },
      { channel: 'web', from: 2, through: 9 },
    ]);
  });
});
