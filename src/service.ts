import { type Clock, systemClock } from '#kernel';
import type { EventStore } from '#event-store';
import type { ReadModel } from '#read-model';
import { openEventStore, openReadModel } from './adapters.module.ts';
import type { Settings } from './environment.ts';
import { Lag } from './lag.ts';
import { type Logger, silentLog } from './log.ts';
import { openRooms, type Rooms } from './rooms.ts';
import { type Status, statusOf } from './status.ts';

export interface OpenOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Tells channels what changes, by webhook. The command line by itself does not. */
  readonly publish?: boolean;
  /** Called once if the log has stopped for good: the process must end. */
  readonly onFatal?: (cause: unknown) => void;
}

const LAG_EVERY_MS = 500;
/** While the picture catches up, it says how far it is so often. */
const PROGRESS_EVERY_MS = 2_000;

/**
 * All of OnHand over one data directory, without HTTP: the rooms, wired and working. The service puts HTTP in
 * front; the command line opens it by itself where no service holds the directory.
 */
export class OnHand {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly #store: EventStore;
  readonly #lag = new Lag();
  readonly #sampling: NodeJS.Timeout;
  #rooms: Rooms;
  #isStopping = false;

  private constructor(parts: {
    settings: Settings;
    clock: Clock;
    log: Logger;
    store: EventStore;
    rooms: Rooms;
  }) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.log = parts.log;
    this.#store = parts.store;
    this.#rooms = parts.rooms;
    this.#sampling = setInterval(() => void this.#sample(), LAG_EVERY_MS).unref();
  }

  /**
   * Opens the log, brings the picture up to it, and takes up the work. Throws DataDirectoryLocked,
   * DataFileUnusable and StoreUnavailable.
   */
  static async open(settings: Settings, options: OpenOptions = {}): Promise<OnHand> {
    const { clock = systemClock, log = silentLog(), publish = false, onFatal = () => undefined } = options;
    const store = await openEventStore(settings, { clock, onFatal });
    let readModel: ReadModel | undefined;
    try {
      readModel = openReadModel(settings);
      const rooms = openRooms({ store, readModel, settings, clock, log, publish });
      await catchUp(rooms, log);
      rooms.start();
      return new OnHand({ settings, clock, log, store, rooms });
    } catch (error) {
      readModel?.close();
      await store.close();
      throw error;
    }
  }

  /** Ask for it each time: a rebuild puts others in its place. */
  get rooms(): Rooms {
    return this.#rooms;
  }

  /** True from the moment a stop was asked for. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  beginStopping(): void {
    this.#isStopping = true;
  }

  status(): Promise<Status> {
    return statusOf(this.#rooms, this.settings.EVENT_STORE, (position, head) =>
      this.#lag.secondsBehind(position, head, this.clock.now()),
    );
  }

  /** Ends the work in order, writes the picture, closes the log. */
  async close(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#sampling);
    await this.#rooms.stop();
    this.#rooms.readModel.close();
    await this.#store.close();
  }

  async #sample(): Promise<void> {
    const head = await this.#store.head().catch(() => undefined);
    if (head !== undefined) this.#lag.sample(head, this.clock.now());
  }
}

async function catchUp({ projector }: Rooms, log: Logger): Promise<void> {
  const from = projector.position;
  const startedAt = performance.now();
  let toldAt = startedAt;
  await projector.catchUp((position, head) => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    const percent = Math.floor((100 * (position - from)) / Math.max(1, head - from));
    const secondsLeft = Math.ceil(
      ((now - startedAt) / 1000 / Math.max(1, position - from)) * (head - position),
    );
    log.info({ position, head, percent, secondsLeft }, 'catching up with the log');
  });
}
