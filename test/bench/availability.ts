import { AvailabilityBook } from '#availability';
import { CatalogBook } from '#catalog';
import type { EventStore, RecordedEvent } from '#event-store';
import type { Channel, Item, ItemEvent, Location } from '#inventory';
import { UNIT } from '#kernel';
import { LedgerBook } from '#ledger';
import type { Fold } from '#read-model';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';

/**
 * What availability adds to one item event with three channels: the same events through the folds before it,
 * and through it, each timed by itself. Then what a policy over every item costs.
 * `node --conditions=source test/bench/availability.ts [events] [items]`
 */
const EVENTS = Number(process.argv[2] ?? 300_000);
const ITEMS = Number(process.argv[3] ?? 5_000);
const SPILL_EVERY = 500;

const readModel = SqliteReadModel.open({ file: process.env['READ_MODEL'] ?? IN_MEMORY });
const catalog = new CatalogBook(readModel);
const ledger = new LedgerBook(readModel);
const past: Pick<EventStore, 'readStream'> = { readStream: () => Promise.resolve([]) };
const availability = new AvailabilityBook({ readModel, catalog, ledger, past });
const spent = new Map<Fold, number>([catalog, ledger, availability].map((fold) => [fold, 0]));
/** Time of this thread alone: what else runs on the machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
let position = 0;
let told = 0;
availability.onChange(() => told++);

function record(stream: string, revision: number, type: string, data: object): RecordedEvent {
  return {
    id: 'x',
    stream,
    revision,
    position: ++position,
    type,
    data,
    recordedAt: 1_735_689_600_000 + position,
  };
}

/** Each item's events come in order through all folds; a slice of different items may go fold by fold. */
async function apply(events: readonly RecordedEvent[]): Promise<void> {
  for (const [fold, before] of spent) {
    const startedAt = cpuMs();
    for (const event of events) {
      const done = fold.apply(event);
      if (done !== undefined) await done;
    }
    spent.set(fold, before + cpuMs() - startedAt);
  }
  readModel.spill(position);
}

const location: Location = { id: 'main', name: 'main', kind: 'warehouse', active: true };
await apply([record('location-main', 0, 'LocationDefined', location)]);
for (const id of ['web', 'pos', 'amz']) {
  const channel: Channel = {
    id,
    name: id,
    kind: 'pos',
    locations: ['main'],
    lists: 'all',
    unknownItems: 'park',
  };
  await apply([record(`channel-${id}`, 0, 'ChannelDefined', channel)]);
}
const skuOf = (number: number): string => `SKU-${number % ITEMS}`;
for (let number = 0; number < ITEMS; number++) {
  const item: Item = { sku: skuOf(number), name: 'item', decimals: 0, identifiers: [], components: [] };
  await apply([record(`catalog-item:${item.sku}`, 0, 'ItemDefined', item)]);
}

function movement(number: number): ItemEvent {
  const key = { at: 1_735_689_600_000 + number, source: 'pos', id: `m-${number}`, document: `d-${number}` };
  return number < ITEMS
    ? {
        type: 'MovementPosted',
        data: { key, from: 'supplier', to: 'main/sellable', quantity: 1e6 * UNIT, cause: 'receipt' },
      }
    : {
        type: 'MovementPosted',
        data: { key, from: 'main/sellable', to: 'customer', quantity: UNIT, cause: 'sale', channel: 'pos' },
      };
}

for (const fold of spent.keys()) spent.set(fold, 0);
told = 0;
for (let from = 0; from < EVENTS; from += SPILL_EVERY) {
  const slice = Array.from({ length: Math.min(SPILL_EVERY, ITEMS, EVENTS - from) }, (_, index) => {
    const { type, data } = movement(from + index);
    return record(`item-${skuOf(from + index)}`, Math.floor((from + index) / ITEMS), type, data);
  });
  await apply(slice);
}
for (const [fold, milliseconds] of spent) {
  console.log(`${fold.constructor.name}: ${((milliseconds / EVENTS) * 1_000).toFixed(2)} µs an event`);
}
console.log(`${told} numbers told`);

const startedAt = cpuMs();
await apply([record('policy-global', 0, 'PolicyDefined', { scope: 'global', fields: { buffer: UNIT } })]);
const took = cpuMs() - startedAt;
console.log(
  `a global policy: ${took.toFixed(0)} ms for ${ITEMS} items, ${((took / ITEMS) * 1_000).toFixed(1)} µs an item`,
);
