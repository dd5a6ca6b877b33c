/**
 * The whole chain beside the bare driver, in one run, by turns: raw, inline, thread, raw, inline, thread, …;
 * each ratio is the median of the ratios of the rounds.
 *
 * An event is one that is stored: each message makes two, the journal's (what we were told, some 600 bytes) and
 * the ledger's (what it did to its item, some 400). A round of the chain begins with the bytes of messages, a
 * hundred to a body, and ends when the last one is validated, durable in the journal, posted durably to its
 * item, in every room's fold, and read from the hub by a reader of each of three channels. At most
 * ON_THE_WAY_MAX messages are between the first step and the last.
 *
 * Raw is what the same driver needs to write the very same rows of a chain's round, read beforehand, with ready
 * JSON, ids and checksums: the log's own columns, a unique index over (stream, revision) and one over the streams'
 * names, the same settings of the connection, as many events to a transaction as the chain had on average.
 * Processor time is told beside, for it hardly depends on what else the machine does.
 */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { fromNow } from '#publishing';
import { atLeast, type Figure, inFolder, median, shown, type Size } from './figure.ts';
import { bytesOf, CHANNELS, type Merchant, openMerchant, sale, stock } from './merchant.ts';

export const MESSAGES_PER_BODY = 100;
const ON_THE_WAY_MAX = 2_000;

interface Round {
  readonly messagesPerSecond: number;
  readonly eventsPerSecond: number;
  readonly cpuPerMessageUs: number;
}

interface Raw {
  readonly eventsPerSecond: number;
  readonly cpuPerEventUs: number;
}

export async function chain({ isShort }: Size): Promise<Figure[]> {
  const items = isShort ? 1_000 : 5_000;
  const messages = isShort ? 10_000 : 60_000;
  const rounds = isShort ? 3 : 5;
  const raws: Raw[] = [];
  const chains: Record<'inline' | 'thread', Round[]> = { inline: [], thread: [] };
  for (let round = 0; round < rounds; round++) {
    const { told, raw } = await inFolder(async (directory) => {
      const told = await chainRound(directory, 'inline', items, messages);
      return { told, raw: await rawRound(join(directory, 'events.db'), messages * 2) };
    });
    chains.inline.push(told);
    raws.push(raw);
    chains.thread.push(await inFolder((directory) => chainRound(directory, 'thread', items, messages)));
  }
  const ratio = (rounds: readonly Round[]): number =>
    median(rounds.map(({ eventsPerSecond }, round) => eventsPerSecond / raws[round]!.eventsPerSecond));
  const all = (writer: 'inline' | 'thread', pick: keyof Round): number =>
    median(chains[writer].map((each) => each[pick]));
  return [
    shown('raw-append', median(raws.map(({ eventsPerSecond }) => eventsPerSecond)), 'events/s'),
    shown('raw-append-cpu', median(raws.map(({ cpuPerEventUs }) => cpuPerEventUs)) * 2, 'µs/message'),
    atLeast('end-to-end-inline', ratio(chains.inline), '× raw', 0.4),
    shown('end-to-end-inline-rate', all('inline', 'messagesPerSecond'), 'messages/s'),
    shown('end-to-end-inline-cpu', all('inline', 'cpuPerMessageUs'), 'µs/message'),
    atLeast('end-to-end-thread', ratio(chains.thread), '× raw', 0.6),
    shown('end-to-end-thread-rate', all('thread', 'messagesPerSecond'), 'messages/s'),
    shown('end-to-end-thread-cpu', all('thread', 'cpuPerMessageUs'), 'µs/message'),
  ];
}

async function chainRound(
  directory: string,
  writer: 'inline' | 'thread',
  items: number,
  messages: number,
): Promise<Round> {
  const merchant = await openMerchant(directory, writer);
  await stock(merchant, items);
  const bodies = bodiesOf(messages, items);
  const before = await merchant.store.head();
  const stop = new AbortController();
  const readers = CHANNELS.map((channel) => readAlong(merchant, channel, stop.signal));
  const start = performance.now();
  const used = process.cpuUsage();
  await publishAll(merchant, bodies);
  await merchant.settled();
  const head = await merchant.store.head();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  stop.abort();
  const read = await Promise.all(readers);
  await merchant.close();
  if (head - before !== messages * 2 || read.some((changes) => changes === 0)) {
    throw new Error('Two events a message, and each channel told.');
  }
  return {
    messagesPerSecond: messages / seconds,
    eventsPerSecond: (head - before) / seconds,
    cpuPerMessageUs: (user + system) / messages,
  };
}

export const bodiesOf = (messages: number, items: number, first = 0): Uint8Array[] =>
  Array.from({ length: messages / MESSAGES_PER_BODY }, (_, body) =>
    bytesOf(
      Array.from({ length: MESSAGES_PER_BODY }, (_, index) =>
        sale(first + body * MESSAGES_PER_BODY + index, items),
      ),
    ),
  );

/** Tells all of it, with so many messages on their way; each is counted when its number is published. */
export async function publishAll({ rooms, tell }: Merchant, bodies: readonly Uint8Array[]): Promise<void> {
  const { promise: allPublished, resolve: done, reject: fail } = Promise.withResolvers<void>();
  const messages = bodies.length * MESSAGES_PER_BODY;
  let next = 0;
  let published = 0;
  const tellMore = (): void => {
    while (next < bodies.length && next * MESSAGES_PER_BODY - published < ON_THE_WAY_MAX) {
      tell(bodies[next++]!).catch(fail);
    }
    if (published >= messages) done();
  };
  const [channel] = CHANNELS;
  const stopListening = rooms.picture.availability.onChange((number) => {
    if (number.channel === channel) published++;
  });
  const stopFollowing = rooms.projector.onAdvance(tellMore);
  tellMore();
  await allPublished;
  stopListening();
  stopFollowing();
}

/** A reader of one channel's changes: how many it was handed. */
async function readAlong({ rooms }: Merchant, channel: string, signal: AbortSignal): Promise<number> {
  const reader = rooms.hub.changes(channel, fromNow(rooms.hub.position));
  let changes = 0;
  while (await reader.more(signal)) changes += (await reader.next(CHANGES_READ_MAX)).length;
  return changes;
}

const CHANGES_READ_MAX = 500;

type Row = readonly SQLInputValue[];

/** Events per second of the last `events` of a log, written again by the driver alone. */
async function rawRound(file: string, events: number): Promise<Raw> {
  const from = new DatabaseSync(file, { readOnly: true });
  const all = (sql: string): Row[] => {
    const statement = from.prepare(sql);
    statement.setReturnArrays(true);
    return statement.all() as unknown as Row[];
  };
  const head = Number(all('SELECT max(position) FROM events')[0]![0]);
  const rows = all(`SELECT * FROM events WHERE position > ${head - events} ORDER BY position`);
  const streams = new Map(all('SELECT id, name, category FROM streams').map((row) => [row[0], row]));
  const perCommit = Math.round(events / new Set(rows.map((row) => row[5])).size);
  from.close();
  return inFolder((directory) =>
    Promise.resolve(writeRaw(join(directory, 'raw.db'), rows, streams, perCommit)),
  );
}

const RAW_SCHEMA = `
  PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -32768;
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, category TEXT NOT NULL) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, id BLOB NOT NULL,
    type INTEGER NOT NULL, recorded_at INTEGER NOT NULL, data TEXT NOT NULL, checksum INTEGER,
    UNIQUE (stream, revision)
  ) STRICT;`;

function writeRaw(
  file: string,
  rows: readonly Row[],
  streams: ReadonlyMap<SQLInputValue | undefined, Row>,
  perCommit: number,
): Raw {
  const database = new DatabaseSync(file);
  database.exec(RAW_SCHEMA);
  const insertStream = database.prepare('INSERT INTO streams VALUES (?, ?, ?)');
  const insertEvent = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const start = performance.now();
  const used = process.cpuUsage();
  for (let first = 0; first < rows.length; first += perCommit) {
    database.exec('BEGIN IMMEDIATE');
    for (const row of rows.slice(first, first + perCommit)) {
      const [, stream, revision] = row;
      if (revision === 0) insertStream.run(...streams.get(stream)!);
      insertEvent.run(...row);
    }
    database.exec('COMMIT');
  }
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(used);
  database.close();
  return { eventsPerSecond: rows.length / seconds, cpuPerEventUs: (user + system) / rows.length };
}
