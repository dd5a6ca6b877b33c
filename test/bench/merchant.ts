import { join } from 'node:path';
import type { EventStore } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import { readBody, toArrival } from '#intake';
import { type Arrival, isRejection } from '#inventory';
import { systemClock } from '#kernel';
import { SqliteReadModel } from '#read-model/sqlite';
import { silentLog } from '../../src/log.ts';
import { openRooms, type Rooms } from '../../src/rooms.ts';

/**
 * The merchant of the bench: one warehouse, three channels that list every item, and the rooms wired as the
 * service wires them. What goes in are the bytes of messages, as they come through a door.
 */
export interface Merchant {
  readonly rooms: Rooms;
  readonly store: EventStore;
  /** Reads and accepts one body. Answers the position of each message. */
  readonly tell: (body: Uint8Array) => Promise<readonly number[]>;
  /** Everything told so far is posted and in the picture. */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export const CHANNELS = ['web', 'market', 'pos'] as const;
export const LINES_MAX = 1_000;
export const skuOf = (number: number): string => `SKU-${number}`;

export async function openMerchant(directory: string, writer: 'inline' | 'thread'): Promise<Merchant> {
  return merchantOver(await SqliteEventStore.open({ directory, clock: systemClock, writer }), directory);
}

/** Over another log; what is derived is in the directory. */
export async function merchantOver(store: EventStore, directory: string): Promise<Merchant> {
  const readModel = SqliteReadModel.open({ file: join(directory, 'picture.db') });
  const log = silentLog();
  const settings = {
    ROLES: ['posting', 'availability', 'publishing'],
    WEBHOOK_ALLOW_PRIVATE: false,
  } as const;
  const rooms = openRooms({ store, readModel, settings, clock: systemClock, log, publish: true });
  await rooms.projector.catchUp();
  rooms.start();
  return {
    rooms,
    store,
    tell: async (body) => {
      const outcomes = await rooms.journal.accept(arrivalsIn(body), { door: 'bench' });
      return outcomes.map((outcome) => {
        if (outcome.outcome !== 'accepted') throw new Error(`A message was ${JSON.stringify(outcome)}.`);
        return outcome.position;
      });
    },
    settled: () => settled(rooms, store),
    close: async () => {
      await rooms.stop();
      readModel.close();
      await store.close();
    },
  };
}

/** Location, channels, and a million units of each item. */
export async function stock({ rooms, tell, settled }: Merchant, items: number): Promise<void> {
  const { catalogDesk } = rooms;
  sure(await catalogDesk.putLocation({ id: 'main', name: 'main', kind: 'warehouse', active: true }));
  for (const id of CHANNELS) {
    const kind = id === 'pos' ? 'pos' : 'storefront';
    const unknownItems = 'create';
    sure(
      await catalogDesk.putChannel({ id, name: id, kind, locations: ['main'], lists: 'all', unknownItems }),
    );
  }
  for (let first = 0; first < items; first += LINES_MAX) {
    const numbers = Array.from({ length: Math.min(LINES_MAX, items - first) }, (_, index) => first + index);
    await catalogDesk.ensureItems(numbers.map(skuOf));
    await tell(receipt(first, numbers));
  }
  await settled();
}

/** A million units of each of these items, told as received yesterday. */
export function receipt(first: number, numbers: readonly number[]): Uint8Array {
  const lines = numbers.map((number) => ({ sku: skuOf(number), quantity: 1_000_000 }));
  const time = new Date(Date.now() - 86_400_000).toISOString();
  const data = { documentId: `receipt-${first}`, location: 'main', lines };
  const id = `receipt-${first}`;
  return bytesOf({ specversion: '1.0', id, source: 'pos', type: 'stock.received', time, data });
}

/** A sale of one unit of one item, as its point of sale tells it. */
export function sale(number: number, items: number): object {
  const lines = [{ line: '1', sku: skuOf((number * 7_919) % items), quantity: 1 }];
  return {
    specversion: '1.0',
    id: `sale-${number}`,
    source: 'pos',
    type: 'sale.completed',
    time: new Date(Date.now() - 1_000).toISOString(),
    data: { saleId: `S-${number}`, location: 'main', lines },
  };
}

export const bytesOf = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));

/** As the HTTP door does it. */
function arrivalsIn(body: Uint8Array): Arrival[] {
  return readBody(body, 'application/json', Date.now()).readings.map(toArrival);
}

async function settled({ ledger, projector }: Rooms, store: EventStore): Promise<void> {
  for (let head = -1; head !== (await store.head());) {
    head = await store.head();
    await ledger.posting.waitFor(head, FOREVER_MS);
    await projector.waitFor(await store.head(), FOREVER_MS);
  }
}

function sure<Answer extends object>(answer: Answer): void {
  if (isRejection(answer)) throw new Error(answer.detail);
}

const FOREVER_MS = 2 ** 31 - 1;
