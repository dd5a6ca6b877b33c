/** Fills a small disk, makes room again, and prints what the store did: `directory writer`. */
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#kernel';
import { NO_STREAM, StoreFull } from '#event-store';
import { SqliteEventStore } from '../index.ts';

const APPENDS_MAX = 10_000;
const BALLAST_BYTES = 1_000_000;

const [directory, writer] = process.argv.slice(2) as [string, 'thread' | 'inline'];
const open = (): Promise<SqliteEventStore> =>
  SqliteEventStore.open({ directory: join(directory, 'data'), clock: systemClock, writer });
const ballast = join(directory, 'ballast');
writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES, 1));

let store = await open();
let revision = NO_STREAM;
let refusals = 0;
const append = async (): Promise<boolean> => {
  try {
    const event = { id: randomUUID(), type: 'Appended', data: { text: 'x'.repeat(4_000) } };
    const { outcome } = await store.append('item-1', revision, [event]);
    if (outcome !== 'written') throw new Error(`An append ended as ${outcome}.`);
    revision++;
    return true;
  } catch (fault) {
    if (!(fault instanceof StoreFull)) throw fault;
    refusals++;
    return false;
  }
};

let appends = 0;
while ((await append()) && appends < APPENDS_MAX) appends++;
const refusedAgain = !(await append());
const headWhenFull = await store.head();
const readWhenFull = (await store.readAll({ after: 0, limit: 5 })).events.length;
rmSync(ballast);
const acceptedAfterwards = (await append()) && (await append());
const problems = await store.integrityCheck();
await store.close();

store = await open();
const result = {
  appends,
  refusals,
  refusedAgain,
  headWhenFull,
  readWhenFull,
  acceptedAfterwards,
  problems,
  headAtLast: await store.head(),
};
await store.close();
process.stdout.write(JSON.stringify(result));
