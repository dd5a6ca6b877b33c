import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, truncateSync } from 'node:fs';

/** An event as the server keeps it. */
export interface StoredEvent {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  /** Commit and prepare position: the same, as on a real server. Bytes, so with gaps. */
  readonly position: number;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly createdMs: number;
}

export type ProposedEvent = Pick<StoredEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type ExpectedRevision = number | 'any' | 'stream exists';
export const NO_STREAM = -1;

export type Written =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong revision'; readonly current: number }
  | { readonly kind: 'deleted' };

interface Stream {
  readonly events: StoredEvent[];
  truncatedBefore: number;
  state: 'open' | 'deleted' | 'tombstoned';
}

interface AppendLine {
  readonly at: number;
  readonly stream: string;
  readonly events: readonly (readonly string[])[];
}

interface Tombstone {
  readonly stream: string;
  readonly state: 'tombstoned';
  readonly at: number;
  readonly id: string;
}

type Line =
  | AppendLine
  | Tombstone
  | { readonly stream: string; readonly state: 'deleted' }
  | { readonly stream: string; readonly truncatedBefore: number };

/** The revision of the record that ends a stream for good. */
const TOMBSTONE_REVISION = 2 ** 63;
/** What a record takes in the log beside its data. */
const RECORD_BYTES = 120;

/**
 * The server's log, with its rules for expected revisions and repeats (IndexWriter.CheckCommit). Kept in an
 * append-only file, one line an append, so that a killed server has after its restart what it acknowledged.
 */
export class StoredLog {
  /** In the order of their positions. */
  readonly events: StoredEvent[] = [];
  readonly #streams = new Map<string, Stream>();
  /** Where an id was written last: in memory only, so a repeat with ANY is written again after a restart. */
  readonly #recentIds = new Map<string, { readonly stream: string; readonly revision: number }>();
  readonly #listeners = new Set<() => void>();
  /** Indexes of events that are written and not indexed yet. */
  readonly #held = new Set<number>();
  readonly #file: number | undefined;
  #end = RECORD_BYTES;

  constructor(path?: string) {
    if (path === undefined) return;
    if (existsSync(path)) this.#restore(path);
    this.#file = openSync(path, 'a');
  }

  append(
    stream: string,
    expected: ExpectedRevision,
    proposed: readonly ProposedEvent[],
    createdMs: number,
  ): Written {
    const check = this.#check(
      stream,
      expected,
      proposed.map(({ id }) => id),
    );
    if (check !== 'ok') return check;
    const current = this.#revisionOf(stream);
    // The real server answers that it was written, but stores nothing.
    if (proposed.length === 0) return { kind: 'written', revision: Math.max(0, current), position: 0 };
    this.#write({ at: createdMs, stream, events: proposed.map(toLine) });
    for (const [index, { id }] of proposed.entries()) {
      const revision = this.#revisionOf(stream) - proposed.length + 1 + index;
      this.#recentIds.set(id, { stream, revision });
    }
    return {
      kind: 'written',
      revision: this.#revisionOf(stream),
      position: this.events.at(-1)?.position ?? 0,
    };
  }

  /** The part of a stream that can be read. */
  read(stream: string): readonly StoredEvent[] | 'not found' | 'deleted' {
    const found = this.#streams.get(stream);
    if (found === undefined || found.state === 'deleted') return 'not found';
    if (found.state === 'tombstoned') return 'deleted';
    const indexed = found.events.filter(({ position }) => this.isIndexed(position));
    if (indexed.length === 0) return 'not found';
    return indexed.filter(({ revision }) => revision >= found.truncatedBefore);
  }

  /**
   * So many events of the log can be read. The real one indexes, in their order, what is on enough nodes: only then
   * it is read by anybody, and answered. Its writer judges revisions and repeats by all that it has written.
   */
  get indexed(): number {
    return Math.min(this.events.length, ...this.#held);
  }

  isIndexed(position: number): boolean {
    return this.#held.size === 0 || this.indexAt(position) < this.indexed;
  }

  /** That event, and all after it, are not indexed until the answer is called. */
  hold(index: number): () => void {
    this.#held.add(index);
    return () => {
      this.#held.delete(index);
      this.#tell();
    };
  }

  delete(stream: string, state: 'deleted' | 'tombstoned'): void {
    this.#write(
      state === 'deleted' ? { stream, state } : { stream, state, at: Date.now(), id: randomUUID() },
    );
  }

  /** What `$maxCount` or `$tb` in a stream's metadata does. */
  truncate(stream: string, truncatedBefore: number): void {
    this.#write({ stream, truncatedBefore });
  }

  /** Index of the first event at or after that position. */
  indexAt(position: number): number {
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True where a record begins, or where the next one will. */
  isPosition(position: number): boolean {
    if (position === 0 || position >= this.#end) return true;
    return this.events[this.indexAt(position)]?.position === position;
  }

  /** Called after each append, and when more can be read, until the answer is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #check(stream: string, expected: ExpectedRevision, ids: readonly string[]): Written | 'ok' {
    const found = this.#streams.get(stream);
    const current = this.#revisionOf(stream);
    if (found?.state === 'tombstoned') return { kind: 'deleted' };
    if (expected === 'any' || expected === 'stream exists') {
      if (expected === 'stream exists' && current < 0) return { kind: 'wrong revision', current };
      return this.#checkRecent(stream, ids, current);
    }
    if (expected > current) return { kind: 'wrong revision', current };
    if (expected === current) return 'ok';
    return this.#checkExact(stream, expected, ids, current);
  }

  /** Below the newest revision the very ids must stand where they would have been written. */
  #checkExact(stream: string, expected: number, ids: readonly string[], current: number): Written | 'ok' {
    const { events, state } = this.#streams.get(stream)!;
    const wrong = { kind: 'wrong revision', current } as const;
    if (ids.length === 0) return wrong;
    for (const [index, id] of ids.entries()) {
      if (events[expected + 1 + index]?.id === id) continue;
      return index === 0 && expected === NO_STREAM && state === 'deleted' ? 'ok' : wrong;
    }
    const last = events[expected + ids.length]!;
    return { kind: 'written', revision: last.revision, position: last.position };
  }

  #checkRecent(stream: string, ids: readonly string[], current: number): Written | 'ok' {
    let last: number | undefined;
    for (const [index, id] of ids.entries()) {
      const recent = this.#recentIds.get(id);
      if (recent?.stream !== stream) return index === 0 ? 'ok' : { kind: 'wrong revision', current };
      last = recent.revision;
    }
    if (last === undefined) return 'ok';
    const { position } = this.#streams.get(stream)!.events[last]!;
    return { kind: 'written', revision: last, position };
  }

  #revisionOf(stream: string): number {
    return (this.#streams.get(stream)?.events.length ?? 0) - 1;
  }

  #write(line: Line): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#apply(line);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #apply(line: Line): void {
    let stream = this.#streams.get(line.stream);
    if (stream === undefined) {
      stream = { events: [], truncatedBefore: 0, state: 'open' };
      this.#streams.set(line.stream, stream);
    }
    if ('state' in line) {
      stream.state = line.state;
      if (line.state === 'tombstoned') this.#entomb(line);
    } else if ('truncatedBefore' in line) stream.truncatedBefore = line.truncatedBefore;
    else this.#take(stream, line);
  }

  #take(stream: Stream, { at, stream: name, events }: AppendLine): void {
    // A stream that was deleted and is written again goes on counting, without what it had.
    if (stream.state === 'deleted') stream.truncatedBefore = stream.events.length;
    stream.state = 'open';
    for (const [id = '', type = '', contentType = '', data = '', metadata = ''] of events) {
      const event: StoredEvent = {
        id,
        stream: name,
        revision: stream.events.length,
        position: this.#end,
        type,
        contentType,
        data: Buffer.from(data, 'base64'),
        metadata: Buffer.from(metadata, 'base64'),
        createdMs: at,
      };
      stream.events.push(event);
      this.events.push(event);
      this.#end += RECORD_BYTES + data.length + type.length;
    }
  }

  /** The end of a stream is a record of that very stream in the log, though the stream itself is not read any more. */
  #entomb({ stream, at, id }: Tombstone): void {
    const none = new Uint8Array();
    this.events.push({
      id,
      stream,
      revision: TOMBSTONE_REVISION,
      position: this.#end,
      type: '$streamDeleted',
      contentType: 'application/octet-stream',
      data: none,
      metadata: none,
      createdMs: at,
    });
    this.#end += RECORD_BYTES;
  }

  /** A last line without its end was never acknowledged. */
  #restore(path: string): void {
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n')) if (line !== '') this.#apply(JSON.parse(line) as Line);
    truncateSync(path, Buffer.byteLength(whole));
  }
}

const toLine = ({ id, type, contentType, data, metadata }: ProposedEvent): readonly string[] => [
  id,
  type,
  contentType,
  Buffer.from(data).toString('base64'),
  Buffer.from(metadata).toString('base64'),
];
