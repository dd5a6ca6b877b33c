import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RecordedEvent } from '#event-store';
import { SqliteLogTarget } from '#event-store/sqlite';

/** Events that are copied at once. */
const PAGE_EVENTS = 500;

const fileOf = (name: string): string => join(import.meta.dirname, name);

export const readLines = <Line>(name: string): Line[] =>
  readFileSync(fileOf(name), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);

export const writeLines = (name: string, lines: readonly unknown[]): void =>
  writeFileSync(fileOf(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

type KeptEvent = Omit<RecordedEvent, 'recordedAt'> & { readonly recordedAt: string };

/** The events of a log that is kept as text: one event a line, in the order of the log. */
export const eventsOf = (log: string): RecordedEvent[] =>
  readLines<KeptEvent>(`${log}.jsonl`).map((event) => ({
    ...event,
    recordedAt: Date.parse(event.recordedAt),
  }));

/** Puts the log into an empty folder, as `onhand copy` would. */
export async function putInto(directory: string, log: string): Promise<void> {
  const target = SqliteLogTarget.open(directory);
  const events = eventsOf(log);
  while (events.length > 0) await target.take(events.splice(0, PAGE_EVENTS));
  await target.finish();
  await target.close();
}

/** Keeps the log of a data directory as text. Reads the file of any version: all have the view `log`. The service must not run. */
export function keepLog(directory: string, log: string): void {
  const database = new DatabaseSync(join(directory, 'events.db'), { readOnly: true });
  const rows = database.prepare('SELECT * FROM log ORDER BY position').all();
  database.close();
  writeLines(
    `${log}.jsonl`,
    rows.map(({ position, stream, revision, type, recorded_at, data, id }) => ({
      ...{ position, stream, revision, type },
      recordedAt: new Date(Number(recorded_at)).toISOString(),
      data: JSON.parse(String(data)) as unknown,
      id: uuidOf(String(id)),
    })),
  );
}

const uuidOf = (hex: string): string =>
  hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
