import { type EventStore, PositionUnknown, type RecordedEvent } from '#event-store';
import type { ReadModel, Shelf } from './read-model.port.ts';

interface NewestRow {
  readonly position: number;
  readonly id: string;
}

const KEY = 'newest';

/**
 * Remembers up to which event a picture was brought. If another event is at that position of the log, the picture is of
 * another log, or of this one before it was restored and went on differently: nothing else would show that.
 */
export class NewestEvent {
  readonly #rows: Shelf<NewestRow>;

  constructor(readModel: ReadModel) {
    // Not hashed: pictures with the same rows are equal, even if the newest event has changed none of them.
    this.#rows = readModel.shelf<NewestRow>({ name: 'newest-event', version: 1, hashed: false });
  }

  /** Call it once a page, before the page can be committed, so that the file names the newest event that it includes. */
  reached({ position, id }: RecordedEvent): void {
    this.#rows.put(KEY, { position, id });
  }

  /** True if this log has that event, or if the picture is empty. Throws StoreUnavailable. */
  async isIn(log: Pick<EventStore, 'eventAt'>): Promise<boolean> {
    const newest = this.#rows.get(KEY);
    if (newest === undefined) return true;
    try {
      return (await log.eventAt(newest.position))?.id === newest.id;
    } catch (error) {
      if (error instanceof PositionUnknown) return false;
      throw error;
    }
  }
}
