/**
 * What the embedded store adds to its driver: events per second of plain inserts into the same schema, a
 * thousand a commit, against the store writing inline and on a thread, with many appends in flight.
 * Run it with `node --conditions=source test/bench/raw-append.ts [events] [streams]`.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '#kernel';
import { type NewEvent, NO_STREAM } from '#event-store';
import { SqliteEventStore } from '#event-store/sqlite';

const [EVENTS = 200_000, STREAMS = 10_000] = process.argv.slice(2).map(Number);
const EVENTS_PER_COMMIT = 1_000;
const ROUNDS = 3;

/** About 330 bytes of JSON, a movement of an item as the ledger writes it. */
const movement = (number: number): object => ({
  kind: 'sale',
  location: 'paris-rivoli',
  disposition: 'sellable',
  quantity: 200_000,
  order: { channel: 'web', orderId: `web-${1_000_000 + number}`, line: '1' },
  message: { source: 'web', id: `order-${1_000_000 + number}-placed` },
  occurredAt: 1_795_000_000_000 + number,
  journalPosition: number,
  note: 'x'.repeat(90),
});

interface Measured {
  readonly name: string;
  readonly eventsPerSecond: number;
}

async function inDirectory(run: (directory: string) => Promise<number> | number): Promise<number> {
  const directory = mkdtempSync(join(process.cwd(), '.bench-'));
  try {
    return await run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Inserts what is ready: the JSON and the ids are made beforehand. */
function insertPlainly(directory: string): number {
  const database = new DatabaseSync(join(directory, 'plain.db'));
  database.exec(`
    PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL,
      type INTEGER NOT NULL, recorded_at INTEGER NOT NULL, data TEXT NOT NULL, UNIQUE (stream, revision)
    ) STRICT;`);
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const data = Array.from({ length: EVENTS_PER_COMMIT }, (_, number) => JSON.stringify(movement(number)));
  const ids = Array.from({ length: EVENTS_PER_COMMIT }, () => crypto.getRandomValues(new Uint8Array(16)));
  const revisions = new Int32Array(STREAMS);
  const start = performance.now();
  for (let position = 1; position <= EVENTS;) {
    database.exec('BEGIN IMMEDIATE');
    for (let index = 0; index < EVENTS_PER_COMMIT && position <= EVENTS; index++, position++) {
      const stream = (position * 7919) % STREAMS;
      insert.run(position, stream, revisions[stream]!++, ids[index]!, 1, 1_795_000_000_000, data[index]!);
    }
    database.exec('COMMIT');
  }
  const seconds = (performance.now() - start) / 1000;
  database.close();
  return EVENTS / seconds;
}

/** So many callers at once, each with streams of its own, each waiting for its append before the next. */
const throughStore =
  (writer: 'inline' | 'thread', callers: number, isFollowed: boolean) =>
  async (directory: string): Promise<number> => {
    const store = await SqliteEventStore.open({ directory, clock: systemClock, writer });
    const names = Array.from({ length: STREAMS }, (_, number) => `item-sku-${number}`);
    const revisions = new Int32Array(STREAMS).fill(NO_STREAM);
    const events: NewEvent[] = Array.from({ length: EVENTS }, (_, number) => ({
      id: randomUUID(),
      type: 'StockSold',
      data: movement(number),
    }));
    const stop = new AbortController();
    const start = performance.now();
    const followed = isFollowed ? followTo(store, EVENTS, stop) : undefined;
    let next = 0;
    const call = async (caller: number): Promise<void> => {
      for (let turn = 0; next < EVENTS; turn++) {
        const stream = (caller + turn * callers) % STREAMS;
        const { outcome } = await store.append(names[stream]!, revisions[stream]!, [events[next++]!]);
        if (outcome !== 'written') throw new Error(`An append ended as ${outcome}.`);
        revisions[stream]!++;
      }
    };
    await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
    await followed;
    const seconds = (performance.now() - start) / 1000;
    await store.close();
    return EVENTS / seconds;
  };

async function followTo(store: SqliteEventStore, events: number, stop: AbortController): Promise<void> {
  let seen = 0;
  for await (const page of store.subscribe({ after: 0 }, stop.signal)) {
    seen += page.events.length;
    if (seen >= events) return;
  }
}

/** The median of a few rounds. */
async function measure(
  name: string,
  run: (directory: string) => Promise<number> | number,
): Promise<Measured> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await inDirectory(run));
  rounds.sort((a, b) => a - b);
  return { name, eventsPerSecond: Math.round(rounds[Math.floor(ROUNDS / 2)]!) };
}

const plain = await measure('plain inserts, 1,000 a commit', insertPlainly);
const rows = [plain];
for (const callers of [256, 1_000]) {
  for (const writer of ['inline', 'thread'] as const) {
    rows.push(await measure(`store, ${writer}, ${callers} callers`, throughStore(writer, callers, false)));
  }
}
rows.push(await measure('store, thread, 1000 callers, followed', throughStore('thread', 1_000, true)));
for (const { name, eventsPerSecond } of rows) {
  const ratio = (eventsPerSecond / plain.eventsPerSecond).toFixed(2);
  process.stdout.write(`${name.padEnd(40)} ${String(eventsPerSecond).padStart(8)} events/s  ${ratio}\n`);
}
