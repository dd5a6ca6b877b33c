import { APPEND_EVENTS_MAX, type NewEvent, StoreUnavailable } from '#event-store';
import { type ItemSweep, itemStream, type Post } from '#inventory';
import { UNIT } from '#kernel';
import { keyAt, open, received, shipped } from '../../inventory/testing/entries.ts';
import { FaultyStore } from '../../journal/testing/faulty-store.ts';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import { ItemDesk } from './item-desk.ts';

let ledger: OpenedLedger;
let faulty: FaultyStore;
/** How many events each append brought to an item. */
let sizes: number[];

beforeEach(async () => {
  ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
  sizes = [];
  const append = faulty.append.bind(faulty);
  faulty.append = async (stream: string, revision: number, events: readonly NewEvent[]) => {
    const outcome = await append(stream, revision, events);
    if (stream.startsWith('item-') && outcome.outcome === 'written') sizes.push(events.length);
    return outcome;
  };
});
afterEach(async () => {
  faulty.fault = () => undefined;
  await ledger.close();
});

/** More than any append takes. */
const MANY = APPEND_EVENTS_MAX + 500;
const many = Array.from({ length: MANY }, () => received(1));
const onHand = (): number => ledger.item('MUG').places[0]!.stock[0]!.onHand / UNIT;

describe('a fact with more effects on one item than fit an append', () => {
  it('is posted whole, in parts, and so is what is told after it', async () => {
    await ledger.tell(many);
    await ledger.tell([received(1)]);
    await ledger.settle();

    expect(onHand()).toBe(MANY + 1);
    expect(sizes.length).toBeGreaterThan(1);
    const [lastOfPart] = await ledger.store.readStream(itemStream('MUG'), {
      fromRevision: sizes[0]! - 1,
      limit: 1,
    });
    expect(lastOfPart!.data).toMatchObject({ more: true, entriesPosted: sizes[0] });
    expect(ledger.item('MUG').partly).toBeUndefined();
  });

  it('is posted once by two processes, whatever answers are lost', async () => {
    const other = await ledger.another();
    const faults = [undefined, 'lost after', 'lost before', 'lost after'] as const;
    let next = 0;
    faulty.fault = (stream) => (stream === itemStream('MUG') ? faults[next++] : undefined);
    await ledger.tell([open('1', MANY), ...many]);
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await ledger.settle();

    const { places, outside } = ledger.item('MUG');
    expect([onHand(), outside.supplier]).toEqual([MANY, -MANY * UNIT]);
    expect(places[0]!.committed).toBe(MANY * UNIT);
  });

  it('is continued after its first part after a crash', async () => {
    faulty.fault = (stream) =>
      stream === itemStream('MUG') && sizes.length > 0 ? new StoreUnavailable('gone') : undefined;
    await ledger.tell([received(MANY), ...Array.from({ length: MANY }, () => shipped('1', 1))]);
    await until(() => sizes.length > 0);
    await ledger.crash();
    faulty.fault = () => undefined;
    const other = await ledger.another();
    await until(async () => other.posting.position >= (await ledger.store.head()));
    await until(async () => other.book.position >= (await ledger.store.head()));

    expect(sizes.length).toBeGreaterThan(1);
    const { places, outside } = other.book.item('MUG')!;
    expect([places[0]!.stock[0]!.onHand, outside.customer]).toEqual([0, MANY * UNIT]);
  });

  it('may be one of long ago, at a location that has had very many complete snapshots since', async () => {
    const hourly = Array.from({ length: MANY }, (_, hour): ItemSweep => ({
      ...{ kind: 'sweep', key: keyAt(10 + hour), location: 'main' },
    }));
    const { store, book, catalog, clock } = ledger;
    const sweeps = { between: () => hourly };
    const desk = new ItemDesk({ store, book, catalog, clock, sweeps, reservable: () => 0 });
    const post: Post = {
      ...{ type: 'post', journal: 1, recordedAt: 0, cause: 'order' },
      entries: [{ ...received(5), sku: 'NEW' }],
    };
    await desk.submit('NEW', post);

    expect(Math.max(...sizes)).toBeLessThanOrEqual(APPEND_EVENTS_MAX);
    expect(await desk.submit('NEW', post)).toMatchObject({ events: [] });
    const [last] = await store.readStream(itemStream('NEW'), { fromRevision: MANY, limit: 1 });
    expect(last).toMatchObject({ type: 'MovementPosted', data: { countedSince: ['main/sellable'] } });
  });
});

describe('facts that are about very many items each', () => {
  it('are posted to some thousands of these at a time, not to all of them at once', async () => {
    const [facts, lines] = [400, 50];
    await ledger.stop(); // What is told from now on is not posted.
    for (let fact = 0; fact < facts; fact++) {
      const skus = Array.from({ length: lines }, (_, line) => `S-${fact}-${line}`);
      await ledger.tell(skus.map((sku) => ({ ...received(1), sku })));
    }
    const put = Reflect.get(ItemDesk.prototype, 'put');
    let [underWay, most] = [0, 0];
    ItemDesk.prototype.put = function (sku, post, asker) {
      most = Math.max(most, ++underWay);
      const done: typeof asker.done = (answer) => {
        underWay--;
        asker.done(answer);
      };
      put.call(this, sku, post, { ...asker, done });
    };
    try {
      const other = await ledger.another(); // It begins at the first journal event.
      const head = await ledger.store.head();
      await until(() => other.posting.position >= head);
    } finally {
      ItemDesk.prototype.put = put;
    }
    expect(most).toBeGreaterThan(lines);
    expect(most).toBeLessThan((facts * lines) / 2);
  });
});
