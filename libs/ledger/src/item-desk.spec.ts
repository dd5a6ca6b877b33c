import { jest } from '@jest/globals';
import { UNIT } from '#kernel';
import { received } from '../../inventory/testing/entries.ts';
import { type AppendFault, FaultyStore } from '../../journal/testing/faulty-store.ts';
import { StoreFull } from '#event-store';
import { isRejection, itemStream, type Reserve } from '#inventory';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';
import type { Done } from './item-slots.ts';

let ledger: OpenedLedger;
let faulty: FaultyStore;
/** Appends to the MUG's stream. */
let appends: number;

beforeEach(async () => {
  ledger = await openTestLedger((store) => (faulty = new FaultyStore(store)));
  await ledger.tell([received(10)]);
  await ledger.settle();
  appends = 0;
  faulty.fault = (stream) => {
    if (stream === itemStream('MUG')) appends++;
    return undefined;
  };
});
afterEach(async () => {
  faulty.fault = () => undefined;
  await ledger.close();
});

const reserve = (reservationId: string, units: number, more: Partial<Reserve> = {}): Reserve => ({
  ...{ type: 'reserve', reservationId, request: 0, channel: 'web', wanted: [{ quantity: units * UNIT }] },
  ...{ partial: false, expiresAt: ledger.clock.at + 60_000, step: UNIT },
  ...more,
});

const isHeld = (answer: object): boolean => !isRejection(answer);

describe('an item desk', () => {
  it('decides all waiting commands in one append, and never gives out more than there is', async () => {
    const asked = Array.from({ length: 64 }, (_, number) =>
      ledger.desk.submit('MUG', reserve(`r-${number}`, 1)),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(isHeld)).toHaveLength(10);
    expect(appends).toBe(1);
    expect(answers.slice(0, 10).map((answer) => (answer as Done).events.length)).toEqual(Array(10).fill(1));
  });

  it('gives way to others between the commands of an item on which each decision takes long', async () => {
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 7)); // Each look at it is 7 ms later.
    const asked = Array.from({ length: 12 }, (_, number) =>
      ledger.desk.submit('MUG', reserve(`r-${number}`, 1)),
    );
    const answers = await Promise.all(asked).finally(() => clock.mockRestore());
    expect(answers.filter(isHeld)).toHaveLength(10);
    expect(appends).toBe(4);
  });

  it('answers each command with the position of its own event', async () => {
    const [first, second] = await Promise.all([
      ledger.desk.submit('MUG', reserve('r-1', 1)),
      ledger.desk.submit('MUG', reserve('r-2', 1)),
    ]);
    const stored = await ledger.events('MUG');
    expect([(first as Done).position, (second as Done).position]).toEqual(
      stored.slice(1).map(({ position }) => position),
    );
    // A command that changes nothing is answered with the newest position it was decided on.
    const again = await ledger.desk.submit('MUG', reserve('r-1', 1));
    expect((again as Done).position).toBe((second as Done).position);
  });

  it('shares an item with another process, and neither oversells', async () => {
    const other = await ledger.another();
    const asked = Array.from({ length: 40 }, (_, number) =>
      (number % 2 ? ledger : other).desk.submit('MUG', reserve(`r-${number}`, 1)),
    );
    expect((await Promise.all(asked)).filter(isHeld)).toHaveLength(10);
  });

  it('refuses nothing on what it merely remembers', async () => {
    await ledger.desk.submit('MUG', reserve('r-0', 10)); // As this desk remembers it, nothing is left.
    const other = await ledger.another();
    await other.desk.submit('MUG', { type: 'end-hold', reservationId: 'r-0', end: 'released' });
    expect(isHeld(await ledger.desk.submit('MUG', reserve('r-1', 10)))).toBe(true);
  });

  it('says that nothing changes only if the stream has not changed', async () => {
    await ledger.desk.submit('MUG', reserve('r-0', 10));
    const other = await ledger.another();
    const end = { type: 'end-hold', reservationId: 'r-0', end: 'released' } as const;
    await other.desk.submit('MUG', end);
    await other.desk.submit('MUG', reserve('r-0', 5));
    // This process remembers that the hold is gone, but there is a new one, which must be ended.
    await ledger.desk.submit('MUG', end);
    expect((await ledger.events('MUG')).at(-1)).toMatchObject({ type: 'ReservationEnded' });
  });

  it('gives up a request that loses too often, and says so', async () => {
    const other = await ledger.another();
    // Each time this desk appends, another one has just done so.
    const append = faulty.append.bind(faulty);
    let races = 0;
    faulty.append = async (stream, revision, events) => {
      if (
        stream === itemStream('MUG') &&
        events.some(({ data }) => 'reservationId' in data && data.reservationId === 'r-1')
      ) {
        await other.desk.submit('MUG', reserve(`other-${++races}`, 0, { partial: false, wanted: [] }));
      }
      return append(stream, revision, events);
    };
    await expect(ledger.desk.submit('MUG', reserve('r-1', 1))).rejects.toMatchObject({ code: 'CONTENTION' });
    expect(races).toBe(9);
  });

  it('tells a request at once that the store is full, and keeps the fact that waits with it', async () => {
    const faults = [new StoreFull('full')];
    faulty.fault = (stream) => (stream === itemStream('MUG') ? faults.pop() : undefined);
    const post = {
      type: 'post',
      journal: 1_000,
      recordedAt: 0,
      cause: 'order',
      entries: [received(1)],
    } as const;
    const asked = ledger.desk.submit('MUG', reserve('r-1', 1));
    const told = ledger.desk.submit('MUG', post);
    await expect(asked).rejects.toMatchObject({ code: 'STORE_FULL' });
    expect(await told).toMatchObject({ events: [{ type: 'MovementPosted' }] });
  });

  it('ends no hold before its deadline by our clock, even if the log’s clock is ahead', async () => {
    ledger.clock.at -= 30 * 60_000; // Recording times in the log never decrease.
    await ledger.desk.submit('MUG', reserve('r-1', 4));
    await ledger.tell([received(1)]);
    await ledger.settle();
    expect(Object.keys(ledger.item('MUG').holds)).toHaveLength(1);
    ledger.clock.at += 60_001;
    await ledger.tell([received(1)]);
    await ledger.settle();
    expect(Object.keys(ledger.item('MUG').holds)).toHaveLength(0);
  });

  it('cuts what does not fit one append, and writes all of it', async () => {
    const { AppendTooLarge } = await import('#event-store');
    faulty.fault = () => undefined;
    const append = faulty.append.bind(faulty);
    const sizes: number[] = [];
    faulty.append = async (stream, revision, events) => {
      if (stream === itemStream('LID') && events.length > 3) throw new AppendTooLarge('too large');
      if (stream === itemStream('LID')) sizes.push(events.length);
      return append(stream, revision, events);
    };
    const posts = Array.from({ length: 10 }, (_, number) =>
      ledger.desk.submit('LID', {
        ...{ type: 'post', journal: 1_000 + number, recordedAt: 0, cause: 'order' },
        entries: [{ ...received(1), sku: 'LID' }],
      }),
    );
    await Promise.all(posts);
    expect(await ledger.events('LID')).toHaveLength(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
  });

  it('writes all items of a turn together, and what happens to one does not affect the others', async () => {
    const skus = Array.from({ length: 20 }, (_, number) => `NEW-${number}`);
    const postTo = (sku: string, journal: number) =>
      ledger.desk.submit(sku, {
        ...{ type: 'post', journal, recordedAt: 0, cause: 'order' },
        entries: [{ ...received(1), sku }],
      });
    const other = await ledger.another();
    await other.desk.submit('NEW-3', { ...reserve('r-1', 0), wanted: [] }); // This desk does not know it yet.
    const groups: number[] = [];
    const appendMany = faulty.appendMany.bind(faulty);
    faulty.appendMany = (appends) => {
      groups.push(appends.length);
      return appendMany(appends);
    };
    const lost: AppendFault[] = ['lost after', 'lost before'];
    faulty.fault = (stream) => (stream === itemStream('NEW-7') ? lost.shift() : undefined);
    await Promise.all(skus.map((sku) => postTo(sku, 1_000)));

    expect(groups).toEqual([20]);
    faulty.fault = (stream) => (stream === itemStream('NEW-9') ? full.shift() : undefined);
    const full = [new StoreFull('full')];
    await Promise.all([...skus, 'NEW-5'].map((sku, index) => postTo(sku, 2_000 + index)));
    for (const sku of skus) {
      const posted = (await ledger.events(sku)).filter(({ type }) => type === 'MovementPosted');
      expect(posted).toHaveLength(sku === 'NEW-5' ? 3 : 2);
    }
  });

  it('reads the past only from where it matters', async () => {
    // The events of a day are stored together: a commit for each would only test the disk.
    for (let day = 0; day < 50; day++) {
      const entries = Array.from({ length: 24 }, () => received(1, (ledger.clock.at += 3_600_000)));
      await Promise.all(entries.map((entry) => ledger.tell([entry])));
    }
    await ledger.settle();
    const read: number[] = [];
    const readStream = faulty.readStream.bind(faulty);
    faulty.readStream = async (stream, page) => {
      const events = await readStream(stream, page);
      read.push(events.length);
      return events;
    };
    const { at } = ledger.clock;
    const count = { kind: 'count', sku: 'MUG', location: 'main', disposition: 'sellable' } as const;
    const key = { at: at - 3_600_000, source: 'wms', id: 'c', document: 'c' };
    await ledger.tell([{ ...count, key, quantity: 50 * UNIT, cause: 'count' }]);
    await ledger.settle();
    await until(() => ledger.item('MUG').places[0]!.stock[0]!.onHand === 51 * UNIT);
    expect(read.reduce((sum, events) => sum + events, 0)).toBeLessThan(600);
  });

  it('takes no more commands once it is closed', async () => {
    ledger.desk.close();
    await expect(ledger.desk.submit('MUG', reserve('r-1', 1))).rejects.toMatchObject({
      code: 'LEDGER_CLOSED',
    });
  });
});
