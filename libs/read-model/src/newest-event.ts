import { type EventStore, PositionUnknown, type RecordedEvent } from '#event-store';
import type { ReadModel, Shelf } from './read-model.port.ts';

interface NewestRow {
  readonly position: number;
  readonly id: string;
}

const KEY = 'newest';

/**
 * Which event a picture was brought up to: where it stands in the log, that very one must be found. Else the picture
 * is of another log, or of this one before it was taken back and grew in another way: nothing else would tell.
 */
export class NewestEvent {
  readonly #rows: Shelf<NewestRow>;

  constructor(readModel: ReadModel) {
    // Not hashed: two pictures of the same rows are equal, also where the newest event touched none of them.
    this.#rows = readModel.shelf<NewestRow>({ name: 'newest-event', version: 1, hashed: false });
  }

  /** Once a page, before the page may reach the file: what is committed names the newest event that is in it. */
  reached({ position, id }: RecordedEvent): void {
    this.#rows.put(KEY, { position, id });
  }

  /** Whether this log has it; true of a picture of nothing. Throws StoreUnavailable. */
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
