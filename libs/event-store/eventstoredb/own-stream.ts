import { jsonEvent, type JSONEventData } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { NO_STREAM, READ_EVENTS_MAX, type RecordedEvent, StoreUnavailable } from '../src/index.ts';
import type { AppendLane, Reply } from './append-lane.ts';
import { type CopiedBlock, CopiedRange, NOTHING_COPIED } from './copied-range.ts';
import type { LogReader } from './log-reader.ts';

/** The stream that this adapter keeps for itself. Readers of the log do not see it. */
export const OWN_STREAM = 'onhand.log';

/** Which log this is, and how far another one was copied into it. */
type OwnWord =
  | { readonly type: 'LogBegun'; readonly data: { readonly id: string } }
  | { readonly type: 'CopyBegun'; readonly data: object }
  /** All events of the other log up to `last` are here, before this. */
  | { readonly type: 'BlockCopied'; readonly data: { readonly last: number } }
  | { readonly type: 'CopyFinished'; readonly data: object };

export interface OwnWords {
  /** Identifies this log. */
  readonly identity: string;
  readonly state: 'own' | 'copying' | 'copied';
  readonly copied: CopiedRange;
  /** Revision of the newest word. */
  readonly revision: number;
}

const UNKNOWN_TRIES_MAX = 6;
const PAUSE_MS = 100;

/** What is known about this log. The first process that opens it gives it its identity. Throws StoreUnavailable. */
export async function ownWordsOf(reader: LogReader, lane: AppendLane): Promise<OwnWords> {
  const words = await readWords(reader);
  if (words.length > 0) return fold(words);
  await append(lane, NO_STREAM, { type: 'LogBegun', data: { id: randomUUID() } });
  for (let tries = 1; tries <= UNKNOWN_TRIES_MAX; tries++) {
    const begun = await readWords(reader); // Ours, or another process's that was faster.
    if (begun.length > 0) return fold(begun);
    await pause(PAUSE_MS * 2 ** tries); // The node that was asked may not have it yet.
  }
  throw new StoreUnavailable(
    `The event store says that "${OWN_STREAM}" has events, but does not return them.`,
  );
}

/** Appends the next word, unless another process has appended one first. Throws StoreUnavailable. */
export const append = (lane: AppendLane, revision: number, { type, data }: OwnWord): Promise<Reply> =>
  surely(lane, OWN_STREAM, revision, [jsonEvent({ type, data: data as Record<string, unknown> })]);

/** Repeats an append, with the same ids at the same revision, until its outcome is known. Throws StoreUnavailable. */
export async function surely(
  lane: AppendLane,
  stream: string,
  expectedRevision: number,
  events: readonly JSONEventData[],
): Promise<Exclude<Reply, { outcome: 'unknown' }>> {
  for (let tries = 1; ; tries++) {
    const reply = await lane.append(stream, expectedRevision, events);
    if (reply.outcome !== 'unknown') return reply;
    if (tries === UNKNOWN_TRIES_MAX) {
      throw new StoreUnavailable('The event store does not accept writes.', { cause: reply.cause });
    }
    await pause(PAUSE_MS * 2 ** tries);
  }
}

type RecordedWord = RecordedEvent & OwnWord;

async function readWords(reader: LogReader): Promise<RecordedWord[]> {
  const words: RecordedWord[] = [];
  for (;;) {
    const page = await reader.readStream(OWN_STREAM, words.length, READ_EVENTS_MAX);
    words.push(...(page as RecordedWord[]));
    if (page.length < READ_EVENTS_MAX) return words;
  }
}

/** The positions in these words are the server's own: what the copy adds to them is only found here. */
function fold(words: readonly RecordedWord[]): OwnWords {
  let [identity, begin, end] = ['', 0, 0];
  const blocks: CopiedBlock[] = [];
  for (const { type, data, position } of words) {
    if (type === 'LogBegun') identity = data.id;
    else if (type === 'CopyBegun') begin = position;
    else if (type === 'BlockCopied') blocks.push({ last: data.last, end: position });
    else end = position;
  }
  const state = begin === 0 ? 'own' : end === 0 ? 'copying' : 'copied';
  const copied = state === 'own' ? NOTHING_COPIED : new CopiedRange(begin, blocks, end);
  return { identity, state, copied, revision: words.length - 1 };
}
