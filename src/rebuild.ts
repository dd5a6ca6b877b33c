import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore, LogPage, LogQuery } from '#event-store';
import { type PagedLog, Projector, type ReadModel } from '#read-model';
import { openPicture } from './picture.ts';

/** Called now and then: how far the new picture has come, and how far it has to go. */
export type OnRebuilt = (position: number, head: number) => void;

/** The new picture may be at most this far behind when the live one is held still for the rest. */
const BEHIND_MAX = 2_000;

/** Builds a second picture from the log beside the live one, in small steps, so that requests are served meanwhile. */
export class Rebuild {
  readonly readModel: ReadModel;
  readonly #window: LogWindow;
  readonly #projector: Projector<LogWindow>;

  /** An interrupted rebuild goes on where it was. */
  constructor(parts: { readonly store: EventStore; readonly readModel: ReadModel }) {
    const { store, readModel } = parts;
    this.readModel = readModel;
    this.#window = new LogWindow(store);
    const { folds, newest } = openPicture({ readModel, store });
    this.#projector = new Projector({ store: this.#window, readModel, folds, newest });
  }

  /** Catches up until it is nearly where the live picture is, which moves on meanwhile. */
  async approach(live: () => number, onRebuilt: OnRebuilt): Promise<void> {
    while (live() - this.#projector.position > BEHIND_MAX) {
      this.#window.end = live();
      await this.#projector.catchUp(onRebuilt);
    }
  }

  /** Catches up to exactly this position. */
  async reach(position: number): Promise<void> {
    this.#window.end = position;
    await this.#projector.catchUp();
  }
}

/** The log up to a position, one page per turn of the event loop, so that other work goes on in between. */
class LogWindow implements PagedLog {
  readonly #store: EventStore;
  end = 0;

  constructor(store: EventStore) {
    this.#store = store;
  }

  head(): Promise<number> {
    return Promise.resolve(this.end);
  }

  async readAll(query: LogQuery & { limit?: number }): Promise<LogPage> {
    await nextTurn();
    const page = await this.#store.readAll(query);
    if (page.position <= this.end) return page;
    const events = page.events.filter((event) => event.position <= this.end);
    return { events, position: this.end };
  }
}
