import { type Clock, systemClock } from '#kernel';
import { type Logger, silentLog } from './log.ts';
import type { Settings } from './environment.ts';
import type { MetricsSource } from './http/metrics.ts';
import { openRooms, type Rooms } from './rooms.ts';
import type { Status } from './status.ts';

export interface OpenOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Called once if the log has stopped for good: the process must end. */
  readonly onFatal?: (cause: unknown) => void;
}

/**
 * All of OnHand over one data directory, without HTTP: the rooms, wired and working. The service puts HTTP in
 * front; the command line opens it by itself where no service holds the directory.
 */
export class OnHand {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  #rooms: Rooms;
  #isStopping = false;

  private constructor(settings: Settings, clock: Clock, log: Logger, rooms: Rooms) {
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.#rooms = rooms;
  }

  /** Throws DataDirectoryLocked, DataFileUnusable and StoreUnavailable. */
  static async open(settings: Settings, options: OpenOptions = {}): Promise<OnHand> {
    const { clock = systemClock, log = silentLog(), onFatal = () => undefined } = options;
    const rooms = await openRooms({ settings, clock, log, onFatal });
    return new OnHand(settings, clock, log, rooms);
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

  async status(): Promise<Status> {
    const head = await this.#rooms.store.head();
    const projected = this.#rooms.projector.position;
    return {
      store: this.settings.EVENT_STORE,
      head,
      posted: projected,
      projected,
      published: projected,
      lag: { seconds: 0, posted: 0, projected: 0, published: 0 },
      counts: { received: 0, accepted: 0, duplicate: 0, parked: 0, rejected: 0 },
    };
  }

  gauges(): Omit<MetricsSource, 'droppedLogLines'> {
    return {
      positions: () => ({ projected: this.#rooms.projector.position }),
      lagSeconds: () => ({}),
      outcomes: () => ({}),
      walBytes: () => ({}),
      openExceptions: () => 0,
      parkedLines: () => 0,
      loops: () =>
        Object.fromEntries(Object.entries(this.#rooms.loops.states()).map(([n, s]) => [n, s === 'running'])),
    };
  }

  async close(): Promise<void> {
    await this.#rooms.close();
  }
}
