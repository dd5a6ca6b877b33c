import { randomUUID } from 'node:crypto';
import { appendSurely, AppendTooLarge, type EventStore, type NewEvent, NO_STREAM } from '#event-store';
import { type IntakeEvent, intakeStream } from '#inventory';
import type { Written } from './outcome.ts';
import { Turns } from '#kernel';

/** Events in one append; if they are too large together, half as many. */
const APPEND_EVENTS = 500;

/**
 * Writes the messages that had no effect, repeats and rejections: into one stream for each source and run of a
 * process, so that no two processes ever append to the same one.
 */
export class IntakeLog {
  readonly #store: EventStore;
  readonly #writer = randomUUID();
  readonly #turns = new Turns();
  /** Newest revision of each of our own streams. */
  readonly #revisions = new Map<string, number>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Returns where each was written, in order. Throws what the store throws. */
  write(source: string, events: readonly IntakeEvent[]): Promise<Written[]> {
    const stream = intakeStream(source, this.#writer);
    const named = events.map(({ type, data }): NewEvent => ({ id: randomUUID(), type, data }));
    return this.#turns.take(stream, () => this.#append(stream, named));
  }

  async #append(stream: string, events: readonly NewEvent[]): Promise<Written[]> {
    const written: Written[] = [];
    let size = APPEND_EVENTS;
    while (written.length < events.length) {
      const part = events.slice(written.length, written.length + size);
      try {
        written.push(...(await this.#appendPart(stream, part)));
      } catch (fault) {
        if (!(fault instanceof AppendTooLarge) || part.length === 1) throw fault;
        size = Math.max(1, Math.floor(part.length / 2));
      }
    }
    return written;
  }

  async #appendPart(stream: string, events: readonly NewEvent[]): Promise<Written[]> {
    for (;;) {
      const outcome = await appendSurely(
        this.#store,
        stream,
        this.#revisions.get(stream) ?? NO_STREAM,
        events,
      );
      if (outcome.outcome === 'written') {
        this.#revisions.set(stream, outcome.revision);
        return outcome.positions.map((position) => ({ position, recordedAt: outcome.recordedAt }));
      }
      // Nobody else writes here: an append whose outcome stayed unknown was written after all.
      this.#revisions.set(stream, outcome.actualRevision);
    }
  }
}
