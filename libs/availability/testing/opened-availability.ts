import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CUSTOMER, type ItemEvent, itemStream, SUPPLIER } from '#inventory';
import { CatalogBook, CatalogDesk } from '#catalog';
import { type EventStore, NO_STREAM } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';
import { type Instant, UNIT } from '#kernel';
import { LedgerBook } from '#ledger';
import { Projector } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { AvailabilityBook } from '../src/index.ts';

interface Books {
  readonly readModel: SqliteReadModel;
  readonly catalog: CatalogBook;
  readonly ledger: LedgerBook;
  readonly availability: AvailabilityBook;
  readonly projector: Projector;
}

/** A new picture of a log. */
export function openBooks(store: EventStore): Books {
  const readModel = SqliteReadModel.open({ file: IN_MEMORY });
  const catalog = new CatalogBook(readModel);
  const ledger = new LedgerBook(readModel);
  const availability = new AvailabilityBook({ readModel, catalog, ledger, past: store });
  const projector = new Projector({ store, readModel, folds: [catalog, ledger, availability] });
  return { readModel, catalog, ledger, availability, projector };
}

export interface OpenedAvailability extends Books {
  readonly store: SqliteEventStore;
  readonly desk: CatalogDesk;
  readonly clock: { now: () => Instant; at: Instant };
  /** Stores events of one item, in one append, and brings the books to the head. Returns their positions. */
  readonly tell: (sku: string, ...events: readonly ItemEvent[]) => Promise<readonly number[]>;
  readonly catchUp: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openAvailability(): Promise<OpenedAvailability> {
  const directory = await mkdtemp(join(tmpdir(), 'onhand-availability-'));
  const clock = { at: Date.UTC(2025, 0, 1), now: (): Instant => clock.at };
  const store = await SqliteEventStore.open({ directory, clock, writer: 'inline' });
  const books = openBooks(store);
  const revisions = new Map<string, number>();
  return {
    ...books,
    store,
    desk: new CatalogDesk(store, books.catalog),
    clock,
    tell: async (sku, ...events) => {
      const revision = revisions.get(sku) ?? NO_STREAM;
      const stored = events.map((event) => ({ id: randomUUID(), ...event }));
      const outcome = await store.append(itemStream(sku), revision, stored);
      if (outcome.outcome !== 'written') throw new Error(outcome.outcome);
      revisions.set(sku, outcome.revision);
      await books.projector.catchUp();
      return outcome.positions;
    },
    catchUp: () => books.projector.catchUp(),
    close: async () => {
      books.readModel.close();
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}

let told = 0;
const keyAt = (at: Instant) => ({ at, source: 'test', id: `m-${++told}`, document: 'd' });

/** Events of an item, in units. */
export const received = (location: string, units: number, at = 1): ItemEvent => ({
  type: 'MovementPosted',
  data: {
    key: keyAt(at),
    from: SUPPLIER,
    to: `${location}/sellable`,
    quantity: units * UNIT,
    cause: 'receipt',
  },
});
export const sold = (channel: string, location: string, units: number, at = 1): ItemEvent => ({
  type: 'MovementPosted',
  data: {
    key: keyAt(at),
    from: `${location}/sellable`,
    to: CUSTOMER,
    quantity: units * UNIT,
    cause: 'sale',
    channel,
  },
});
export const shipped = (channel: string, location: string, units: number, at = 1): ItemEvent => ({
  type: 'MovementPosted',
  data: {
    key: keyAt(at),
    from: `${location}/sellable`,
    to: CUSTOMER,
    quantity: units * UNIT,
    cause: 'shipment',
    channel,
    orderId: 'o',
  },
});
export const returned = (channel: string, location: string, units: number, at = 1): ItemEvent => ({
  type: 'MovementPosted',
  data: {
    key: keyAt(at),
    from: CUSTOMER,
    to: `${location}/sellable`,
    quantity: units * UNIT,
    cause: 'return',
    channel,
  },
});
export const committed = (channel: string, location: string, units: number): ItemEvent => ({
  type: 'StockCommitted',
  data: { channel, orderId: 'o', line: '1', location, quantity: units * UNIT, occurredAt: 1, recordedAt: 1 },
});
export const released = (channel: string, location: string, units: number): ItemEvent => ({
  type: 'CommitmentReleased',
  data: {
    channel,
    orderId: 'o',
    line: '1',
    location,
    quantity: units * UNIT,
    cause: 'cancellation',
  } as never,
});
export const held = (channel: string, location: string, units: number, reservationId = 'r'): ItemEvent => ({
  type: 'StockReserved',
  data: {
    reservationId,
    request: 0,
    channel,
    parts: [{ location, quantity: units * UNIT }],
    expiresAt: 9e12,
    recordedAt: 1,
  },
});
export const holdEnded = (reservationId = 'r'): ItemEvent => ({
  type: 'ReservationEnded',
  data: { reservationId, end: 'released' } as never,
});

/** The event with the mark that another one of the same fact follows. */
export const more = (event: ItemEvent): ItemEvent =>
  ({ ...event, data: { ...event.data, more: true } }) as ItemEvent;
