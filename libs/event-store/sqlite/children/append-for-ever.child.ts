/**
 * Appends until it is killed: `directory writer`. Each append is first written to `intents`, and to `acks` once the store
 * has answered, as a line of JSON. Appends of an earlier run that were not answered are made again.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { assert, systemClock } from '#kernel';
import { NO_STREAM } from '#event-store';
import { SqliteEventStore } from '../index.ts';

const CALLERS = 24;
const EVENTS_MAX = 4;

export interface Intent {
  readonly stream: string;
  readonly expectedRevision: number;
  readonly ids: readonly string[];
}

const [directory, writer] = process.argv.slice(2) as [string, 'thread' | 'inline'];
const intents = linesOf('intents');
const acks = new Set(linesOf('acks').map((intent) => intent.ids[0]));
const [intentsFile, acksFile] = ['intents', 'acks'].map((name) => openSync(join(directory, name), 'a')) as [
  number,
  number,
];
const store = await SqliteEventStore.open({ directory: join(directory, 'data'), clock: systemClock, writer });

for (const intent of intents) if (!acks.has(intent.ids[0])) await append(intent);
process.stdout.write('ready\n');
await Promise.all(Array.from({ length: CALLERS }, (_, caller) => callForEver(`item-${caller}`)));

async function callForEver(stream: string): Promise<void> {
  let revision = NO_STREAM;
  for (const intent of intents) {
    if (intent.stream === stream) revision = intent.expectedRevision + intent.ids.length;
  }
  for (;;) {
    const ids = Array.from({ length: 1 + Math.floor(Math.random() * EVENTS_MAX) }, () => randomUUID());
    const intent = { stream, expectedRevision: revision, ids };
    writeSync(intentsFile, `${JSON.stringify(intent)}\n`);
    await append(intent);
    revision += ids.length;
  }
}

async function append(intent: Intent): Promise<void> {
  const { stream, expectedRevision, ids } = intent;
  const events = ids.map((id) => ({ id, type: 'Appended', data: { id, text: 'x'.repeat(200) } }));
  const { outcome } = await store.append(stream, expectedRevision, events);
  assert(outcome === 'written', `an append that is written, got ${outcome}`);
  writeSync(acksFile, `${JSON.stringify(intent)}\n`);
}

function linesOf(name: string): Intent[] {
  const file = join(directory, name);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Intent);
}
