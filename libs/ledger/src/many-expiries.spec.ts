import { randomUUID } from 'node:crypto';
import { APPEND_EVENTS_MAX, type EventStore } from '#event-store';
import { isRejection, reservationStream } from '#inventory';
import { UNIT } from '#kernel';
import { received } from '../../inventory/testing/entries.ts';
import { until } from '../../kernel/testing/until.ts';
import { type OpenedLedger, openTestLedger } from '../testing/opened-ledger.ts';

const HOLDS = 300;

let ledger: OpenedLedger;
/** What the store was asked for since the holds were made. */
let asked: { appends: number; eventsMost: number; itemReads: number; reads: number; readsTogether: number };

beforeEach(async () => {
  askNothing();
  ledger = await openTestLedger(watched);
  await ledger.tell([received(10_000), { ...received(10_000), sku: 'LID' }]);
  await ledger.settle();
});
afterEach(() => ledger.close());

function watched(store: EventStore): EventStore {
  let reading = 0;
  const append = store.append.bind(store);
  const appendMany = store.appendMany.bind(store);
  const readStream = store.readStream.bind(store);
  const sawAppend = (events: readonly object[]): void => {
    asked.eventsMost = Math.max(asked.eventsMost, events.length);
  };
  store.append = (stream, revision, events) => {
    asked.appends++;
    sawAppend(events);
    return append(stream, revision, events);
  };
  store.appendMany = (appends) => {
    asked.appends++;
    for (const { events } of appends) sawAppend(events);
    return appendMany(appends);
  };
  store.readStream = async (stream, page) => {
    if (stream.startsWith('item-')) asked.itemReads++;
    if (!stream.startsWith('reservation-')) return readStream(stream, page);
    asked.reads++;
    asked.readsTogether = Math.max(asked.readsTogether, ++reading);
    try {
      return await readStream(stream, page);
    } finally {
      reading--;
    }
  };
  return store;
}

function askNothing(): void {
  asked = { appends: 0, eventsMost: 0, itemReads: 0, reads: 0, readsTogether: 0 };
}

async function holdMany(): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: HOLDS }, (_, number) =>
      ledger.reservations.reserve({
        ...{ reservationId: `r-${number}`, channel: 'web', partial: false, expiresInSeconds: 60 },
        lines: [{ sku: number % 2 ? 'MUG' : 'LID', quantity: UNIT }],
      }),
    ),
  );
  expect(answers.filter(isRejection)).toEqual([]);
  await ledger.settle();
  askNothing();
}

const isEnded = (): boolean => ledger.book.dueReservations(ledger.clock.at, 1).length === 0;

describe('very many reservations that end in the same moment', () => {
  it('are ended together: in a few appends, and each is read but once', async () => {
    await holdMany();
    ledger.clock.at += 60_000;
    await until(isEnded);
    await ledger.settle();
    expect([ledger.item('MUG').holds, ledger.item('LID').holds]).toEqual([{}, {}]);
    expect(asked.appends).toBeLessThan(HOLDS / 10);
    expect(asked.reads).toBeLessThanOrEqual(HOLDS);
  });

  it('are ended and posted on what is known already: nothing is read for it', async () => {
    await holdMany();
    ledger.clock.at += 60_000;
    await until(isEnded);
    await ledger.settle();
    expect(ledger.item('MUG').holds).toEqual({});
    expect([asked.reads, asked.itemReads]).toEqual([0, 0]);
  });

  it('are ended, if a crash came when their item had let go of them and they had not ended yet', async () => {
    await holdMany();
    await ledger.stop();
    ledger.clock.at += 60_000;
    await ledger.desk.submit('MUG', { type: 'end-overdue' });
    const other = await ledger.another();
    await until(() => other.book.dueReservations(ledger.clock.at, 1).length === 0);
    const head = await ledger.store.head();
    await other.posting.waitFor(head, 20_000);
    await until(() => other.book.position >= head);
    expect([other.book.item('MUG')!.holds, other.book.item('LID')!.holds]).toEqual([{}, {}]);
    const types = (await ledger.events('MUG')).map(({ type }) => type);
    expect(types.filter((type) => type === 'ReservationEnded')).toHaveLength(HOLDS / 2);
  });

  it('are ended once, by whichever process is first', async () => {
    const other = await ledger.another();
    await holdMany();
    ledger.clock.at += 60_000;
    await Promise.all([ledger.expiry.endDue(), other.expiry.endDue()]);
    await until(isEnded);
    await ledger.settle();
    for (let number = 0; number < HOLDS; number++) {
      const types = (await ledger.store.readStream(reservationStream(`r-${number}`))).map(({ type }) => type);
      expect(types).toEqual(['ReservationRequested', 'ReservationHeld', 'ReservationExpired']);
    }
    expect(ledger.item('MUG').holds).toEqual({});
  });

  it('are not waited for one by one when they are posted', async () => {
    await holdMany();
    await ledger.stop();
    const append = (number: number, revision: number, event: { type: string; data: object }) =>
      ledger.store.append(reservationStream(`r-${number}`), revision, [{ id: randomUUID(), ...event }]);
    const all = Array.from({ length: HOLDS }, (_, number) => number);
    // What was known of them when they were extended is known no more.
    const data = { expiresAt: ledger.clock.at + 90_000 };
    await Promise.all(all.map((number) => append(number, 1, { type: 'ReservationExtended', data })));
    await Promise.all(all.map((number) => append(number, 2, { type: 'ReservationExpired', data: {} })));
    askNothing();
    const other = await ledger.another();
    await other.posting.waitFor(await ledger.store.head(), 20_000);
    expect(asked.readsTogether).toBe(HOLDS);
  });
});

it('an item ends more overdue holds than one append takes without trying to write them in one', async () => {
  const holds = APPEND_EVENTS_MAX + 100;
  const hold = { type: 'reserve', request: 0, channel: 'web', wanted: [{ quantity: UNIT }] } as const;
  const terms = { partial: false, step: UNIT, expiresAt: ledger.clock.at + 1_000 };
  await Promise.all(
    Array.from({ length: holds }, (_, number) =>
      ledger.desk.submit('MUG', { ...hold, ...terms, reservationId: `r-${number}` }),
    ),
  );
  ledger.clock.at += 1_000;
  const ends = Array.from({ length: 100 }, (_, number) =>
    ledger.desk.submit('MUG', { type: 'end-hold', reservationId: `r-${number}`, end: 'expired' }),
  );
  await Promise.all(ends);
  await ledger.settle();
  expect(ledger.item('MUG')).toMatchObject({ holds: {}, revision: 2 * holds });
  expect(asked.eventsMost).toBeLessThanOrEqual(APPEND_EVENTS_MAX);
});
