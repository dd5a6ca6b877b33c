import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Feed } from './feed.ts';

/** Events written in one go before others get their turn. */
const EVENTS_AT_ONCE_MAX = 64;
export const HEARTBEAT_EVERY_MS = 15_000;
/** A client that takes nothing for this long, though there is something for it, is cut off; it can resume. */
const STALLED_MS_MAX = 60_000;
/** A comment of the protocol: keeps the connection open, and moves no cursor. */
const HEARTBEAT = ': \n\n';

/** One client that reads. */
interface Reading {
  readonly gone: AbortController;
  /** False once it may read no more because its key was revoked. */
  readonly isAdmitted: () => boolean;
}

/** Carries feeds into open responses as server-sent events, as fast as each client takes them and no faster. */
export class FeedPump {
  readonly #open = new Map<Writable, Reading>();
  #isClosed = false;
  readonly #heartbeat: NodeJS.Timeout;

  constructor() {
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_EVERY_MS).unref();
  }

  /** How many clients are reading. */
  get size(): number {
    return this.#open.size;
  }

  /**
   * Runs until the client goes, `close` is called, or the client stalls; then ends `out`. A client that is no longer admitted
   * gets no further event, and its response ends with the next heartbeat at the latest. Throws what the store throws: the
   * client can resume after the last event it has.
   */
  async run(feed: Feed, out: Writable, isAdmitted: () => boolean = () => true): Promise<void> {
    const gone = new AbortController();
    const reading = { gone, isAdmitted };
    const leave = (): void => gone.abort();
    out.once('close', leave).once('error', leave);
    this.#open.set(out, reading);
    // If the client has gone while its feed was opened, its `close` event was before this listener.
    if (this.#isClosed || out.destroyed) leave();
    try {
      await pour(feed, out, reading);
    } finally {
      this.#open.delete(out);
      out.end();
    }
  }

  /** Ends every response. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    for (const { gone } of this.#open.values()) gone.abort();
  }

  #beat(): void {
    for (const [out, { gone, isAdmitted }] of this.#open) {
      if (!isAdmitted()) gone.abort();
      else if (!out.writableNeedDrain) out.write(HEARTBEAT);
    }
  }
}

async function pour(feed: Feed, out: Writable, { gone: { signal }, isAdmitted }: Reading): Promise<void> {
  while (!signal.aborted) {
    const events = await feed.next(EVENTS_AT_ONCE_MAX);
    if (signal.aborted || !isAdmitted()) return;
    if (events.length === 0) {
      if (!(await feed.more(signal))) return;
    } else {
      const isTaken = out.write(events.map((event) => event.frame).join(''));
      if (!isTaken && !(await drained(out, signal))) return;
      // Otherwise a fast client would get everything in one turn, and no other request would be answered meanwhile.
      if (events.length === EVENTS_AT_ONCE_MAX) await nextTurn();
    }
  }
}

/** False if the client is gone or takes nothing for too long. */
async function drained(out: Writable, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS_MAX)]);
  try {
    await once(out, 'drain', { signal: patience });
    return true;
  } catch {
    if (!signal.aborted) out.destroy();
    return false;
  }
}
