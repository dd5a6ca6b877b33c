import { type Clock, Fault, pause, systemClock } from '#kernel';
import type { StoredHash } from '#read-model';
import { type OnBackup, type OpenLog, openLog, openReadModel } from './adapters.module.ts';
import {
  beginRebuilding,
  cursorKey,
  endRebuilding,
  isBeingRebuilt,
  otherPicture,
  type PictureFile,
  removePicture,
  setCurrentPicture,
} from './data-files.ts';
import type { Settings } from './environment.ts';
import { Lag } from './lag.ts';
import { type Logger, silentLog } from './log.ts';
import { type OnRebuilt, Rebuild } from './rebuild.ts';
import { kafkaOutOf } from './kafka.ts';
import type { Rooms } from './rooms.ts';
import {
  choosePicture,
  type OnCatchingUp,
  openRoomsOn,
  type RoomsOnPictureParts,
} from './rooms-on-picture.ts';
import { Sharding } from './sharding.ts';
import { type Status, statusOf } from './status.ts';

export interface OpenOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Tells channels what changes. The command line by itself does not. */
  readonly publish?: boolean;
  /** Shares the work with other processes, if there are any. A command does all that it finds by itself. */
  readonly joins?: boolean;
  /** Called if the log, the picture or the rooms have stopped for good: then the process must end. */
  readonly onFatal?: (cause: unknown) => void;
  /** Aborts the opening, with its reason, while the picture catches up. The next opening goes on from there. */
  readonly signal?: AbortSignal;
  /** Called while the picture catches up, if it is far behind the log. */
  readonly onCatchingUp?: OnCatchingUp;
}

/** The result of a rebuild. */
export interface Rebuilt {
  /** The position at which the two pictures were compared. */
  readonly position: number;
  readonly hash: string;
  /** False if the picture was not what the log says. */
  readonly wasRight: boolean;
}

/** The log is in a store that has its own means of backup. */
class BackupElsewhere extends Fault {
  readonly code = 'BACKUP_ELSEWHERE';
  readonly retriable = false;

  constructor(store: string) {
    super(
      `The log is in ${store}, which has its own backup: see docs/scaling.md. ` +
        '`onhand copy --from esdb://… --to sqlite:./folder` makes a copy that `onhand` can open.',
    );
  }
}

/** How long reads of the former picture may still take after it was replaced. */
const READS_END_MS = 5_000;
const LAG_EVERY_MS = 500;

/**
 * All of OnHand over one data directory, without HTTP: the rooms, wired and working. The service puts HTTP in front; the
 * command line opens it by itself if no service is running on the directory.
 */
export class OnHand {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Doors other than HTTP, by name: whether each is ready, and facts for whoever asks about it. */
  readonly doors = new Map<string, () => { readonly isReady: boolean; readonly facts: object }>();
  readonly #parts: RoomsOnPictureParts;
  readonly #opened: OpenLog;
  readonly #lag = new Lag();
  readonly #sampling: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #isSampling = false;
  #rooms: Rooms;
  #picture: PictureFile;
  #rebuilding: Promise<Rebuilt> | undefined;
  /** Resolves once the file of the former picture is gone. */
  #formerGone = Promise.resolve();
  #isStopping = false;

  private constructor(
    parts: RoomsOnPictureParts & {
      readonly opened: OpenLog;
      readonly picture: PictureFile;
      readonly rooms: Rooms;
    },
  ) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.log = parts.log;
    this.#parts = parts;
    this.#opened = parts.opened;
    this.#picture = parts.picture;
    this.#rooms = parts.rooms;
    this.#sampling = setInterval(() => void this.#sample(), LAG_EVERY_MS).unref();
    this.#showParts();
  }

  /**
   * Opens the log, lets the picture catch up with it, and begins the work. Throws DataDirectoryLocked,
   * DataFileUnusable, StoreUnavailable and the reason of `signal`.
   */
  static async open(settings: Settings, options: OpenOptions = {}): Promise<OnHand> {
    const { clock = systemClock, log = silentLog(), publish = false, onFatal = () => undefined } = options;
    const sharding = await Sharding.of(settings, { log, joins: options.joins === true });
    const kafka = publish ? await kafkaOutOf(settings) : undefined;
    const parts = { settings, clock, log, publish, onFatal, sharding, kafka, signal: options.signal };
    const onAlarm = (message: string, cause?: unknown): void =>
      log.warn(cause instanceof Error ? { cause: cause.message } : {}, message);
    const opened = await openLog(settings, { clock, onFatal, onAlarm });
    try {
      const picture = await choosePicture(parts, opened);
      const { onCatchingUp } = options;
      const rooms = await openRoomsOn(picture, { ...parts, onCatchingUp }, opened.store);
      rooms.start();
      sharding.start();
      return new OnHand({ ...parts, opened, picture, rooms });
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** Do not keep them: a rebuild may replace them by others. */
  get rooms(): Rooms {
    return this.#rooms;
  }

  /** Its name in the data directory. A rebuild may replace it by the other file. */
  get pictureFile(): string {
    return this.#picture;
  }

  /** True from the moment a stop was asked for. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  beginStopping(): void {
    this.#isStopping = true;
  }

  status(): Promise<Status> {
    return statusOf(this.#rooms, this.#opened.name, (position, head) =>
      this.#lag.secondsBehind(position, head, performance.now()),
    );
  }

  /** Seals the cursors of lists. The same for all processes over one log: a client may read on at another. */
  cursorKey(): Uint8Array {
    return this.#opened.cursorKey ?? cursorKey(this.settings.DATA_DIR);
  }

  /**
   * Copies the log to a new file, even while it is being written. Returns the position of the newest event in it.
   * Throws BackupElsewhere.
   */
  async backup(path: string, onProgress?: OnBackup): Promise<number> {
    const { backup, name } = this.#opened;
    if (backup === undefined) throw new BackupElsewhere(name);
    return backup(path, onProgress);
  }

  /** Says what is wrong with the stored log, in words; undefined if the store checks that itself. */
  get integrityCheck(): OpenLog['integrityCheck'] {
    return this.#opened.integrityCheck;
  }

  /**
   * Makes a new picture from the log while the present one goes on serving, and compares the two at one position. If they
   * differ the new one takes over; feeds are then cut off, and clients resume them.
   */
  rebuild(onRebuilt: OnRebuilt = () => undefined): Promise<Rebuilt> {
    this.#rebuilding ??= this.#rebuild(onRebuilt).finally(() => (this.#rebuilding = undefined));
    return this.#rebuilding;
  }

  /** Ends the work in an orderly way, writes the picture, closes the log. */
  async close(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#sampling);
    this.#closing.abort();
    await this.#rebuilding?.catch(() => undefined);
    await this.#formerGone;
    await this.#rooms.stop();
    await this.#parts.sharding.stop();
    this.#rooms.readModel.close();
    await this.#opened.close();
  }

  /** Adds what this process says of publishing and of its shards to the doors, for readiness and status. */
  #showParts(): void {
    const { sharding } = this.#parts;
    if (this.#rooms.kafka !== undefined) {
      this.doors.set('publishing', () => {
        const { kafka } = this.#rooms;
        const states = kafka?.states() ?? {};
        const trouble = kafka?.trouble;
        return {
          isReady: !Object.values(states).includes('starting'),
          facts: { ...states, ...(trouble !== undefined && { trouble }) },
        };
      });
    }
    if (Object.keys(sharding.states()).length === 0) return;
    this.doors.set('shards', () => {
      const states = sharding.states();
      return { isReady: Object.values(states).every(({ state }) => state === 'member'), facts: states };
    });
  }

  /** The hash of the picture as it is now; the picture changes on while it is computed. */
  hashServed(): Promise<StoredHash> {
    return hashServed(this.#rooms);
  }

  async #rebuild(onRebuilt: OnRebuilt): Promise<Rebuilt> {
    const { DATA_DIR } = this.settings;
    const { store } = this.#opened;
    await this.#formerGone; // The rebuild needs the file of the former picture.
    const next = otherPicture(this.#picture);
    if (!isBeingRebuilt(DATA_DIR, next)) beginRebuilding(DATA_DIR, next);
    const readModel = openReadModel(this.settings, next);
    const live = this.#rooms;
    let isClosed = false;
    try {
      const rebuild = new Rebuild({ store, readModel });
      await rebuild.approach(() => live.projector.position, onRebuilt);
      const served = await hashServed(live);
      onRebuilt(served.position, served.position);
      await rebuild.reach(served.position);
      const made = readModel.hashStored();
      const [before, hash] = await Promise.all([served.hash, made.hash]);
      readModel.close();
      isClosed = true;
      endRebuilding(DATA_DIR);
      // The positions differ if the projector has failed: then the served picture no longer moves.
      const wasRight = served.position === made.position && before === hash;
      if (!wasRight) await this.#takeOver(live, next);
      else removePicture(DATA_DIR, next);
      return { position: made.position, hash, wasRight };
    } finally {
      if (!isClosed) readModel.close();
    }
  }

  /** Replaces the rooms by new ones over the new picture. Reads that have begun over the old one may finish. */
  async #takeOver(old: Rooms, picture: PictureFile): Promise<void> {
    this.log.error('the picture did not match the log: the rebuilt one replaces it');
    try {
      await old.stop();
      setCurrentPicture(this.settings.DATA_DIR, picture);
      const rooms = await openRoomsOn(picture, this.#parts, this.#opened.store);
      const former = this.#picture;
      this.#picture = picture;
      this.#rooms = rooms;
      rooms.start();
      this.#formerGone = this.#endFormer(old, former);
    } catch (cause) {
      this.#parts.onFatal(cause); // The old rooms have ended for good. The next start opens the new picture.
      throw cause;
    }
  }

  async #endFormer({ readModel }: Rooms, picture: PictureFile): Promise<void> {
    await pause(READS_END_MS, this.#closing.signal);
    readModel.close();
    removePicture(this.settings.DATA_DIR, picture);
  }

  async #sample(): Promise<void> {
    if (this.#isSampling) return; // Only one question at a time to a store that does not answer.
    this.#isSampling = true;
    const head = await this.#opened.store.head().catch(() => undefined);
    this.#isSampling = false;
    if (head !== undefined) this.#lag.sample(head, performance.now());
  }
}

/** Holds the picture still only until its changes are in its file; the hash is computed while it goes on. */
async function hashServed(rooms: Rooms): Promise<StoredHash> {
  await rooms.pause();
  try {
    return rooms.readModel.hashStored();
  } finally {
    rooms.resume();
  }
}
