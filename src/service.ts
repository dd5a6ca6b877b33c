import { type Clock, Fault, pause, systemClock } from '#kernel';
import type { StoredHash } from '#read-model';
import { type OnCopied, type OpenLog, openLog, openReadModel } from './adapters.module.ts';
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
import { choosePicture, openRoomsOn, type RoomsOnPictureParts } from './rooms-on-picture.ts';
import { Sharding } from './sharding.ts';
import { type Status, statusOf } from './status.ts';

export interface OpenOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
  /** Tells channels what changes, by webhook. The command line by itself does not. */
  readonly publish?: boolean;
  /** Shares the work with other processes where there are some; a command does what it finds by itself. */
  readonly joins?: boolean;
  /** Called if the log, the picture of it or the rooms have stopped for good: the process must end. */
  readonly onFatal?: (cause: unknown) => void;
  /** Ends the opening, with its reason, while the picture catches up; the next opening goes on from there. */
  readonly signal?: AbortSignal;
}

/** What a rebuild came to. */
export interface Rebuilt {
  /** At which the two were compared. */
  readonly position: number;
  readonly hash: string;
  /** False where the picture was not what the log says. */
  readonly wasRight: boolean;
}

/** The log is in a store that has a backup of its own. */
class BackupElsewhere extends Fault {
  readonly code = 'BACKUP_ELSEWHERE';
  readonly retriable = false;

  constructor(store: string) {
    super(
      `The log is in ${store}, which has a backup of its own: see docs/scaling.md. ` +
        '`onhand copy --from esdb://… --to sqlite:./folder` makes a copy that `onhand` can open.',
    );
  }
}

/** How long reads that began over the former picture may still take. */
const READS_END_MS = 5_000;
const LAG_EVERY_MS = 500;

/**
 * All of OnHand over one data directory, without HTTP: the rooms, wired and working. The service puts HTTP in
 * front; the command line opens it by itself where no service holds the directory.
 */
export class OnHand {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  /** Doors beside HTTP, by name: whether they are as they should be, and what they say of themselves. */
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
   * Opens the log, brings the picture up to it, and takes up the work. Throws DataDirectoryLocked,
   * DataFileUnusable, StoreUnavailable and the reason of `signal`.
   */
  static async open(settings: Settings, options: OpenOptions = {}): Promise<OnHand> {
    const { clock = systemClock, log = silentLog(), publish = false, onFatal = () => undefined } = options;
    const sharding = new Sharding(settings, { log, joins: options.joins === true });
    const kafka = kafkaOutOf(settings);
    const parts = { settings, clock, log, publish, onFatal, sharding, kafka, signal: options.signal };
    const onAlarm = (message: string, cause?: unknown): void =>
      log.warn(cause instanceof Error ? { cause: cause.message } : {}, message);
    const opened = await openLog(settings, { clock, onFatal, onAlarm });
    try {
      const picture = await choosePicture(parts, opened);
      const rooms = await openRoomsOn(picture, parts, opened.store);
      rooms.start();
      sharding.start();
      return new OnHand({ ...parts, opened, picture, rooms });
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** Ask for it each time: a rebuild puts others in its place. */
  get rooms(): Rooms {
    return this.#rooms;
  }

  /** In the data directory; a rebuild puts the other in its place. */
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

  /** What cursors of lists are sealed with: whoever reads on may do so at another process over the same log. */
  cursorKey(): Uint8Array {
    return this.#opened.cursorKey ?? cursorKey(this.settings.DATA_DIR);
  }

  /**
   * Copies the log, also while it is written, to a new file. Answers the position of the newest event in it.
   * Throws BackupElsewhere.
   */
  async backup(path: string, onProgress?: OnCopied): Promise<number> {
    const { backup, name } = this.#opened;
    if (backup === undefined) throw new BackupElsewhere(name);
    return backup(path, onProgress);
  }

  /** Says what is wrong with the stored log, in words; undefined where the store sees to that itself. */
  get integrityCheck(): (() => Promise<readonly string[]>) | undefined {
    return this.#opened.integrityCheck;
  }

  /**
   * Makes everything derived anew from the log, beside what serves meanwhile, and compares the two at one
   * position. Where they differ the new one takes over; feeds are then cut off and resume.
   */
  rebuild(onRebuilt: OnRebuilt = () => undefined): Promise<Rebuilt> {
    this.#rebuilding ??= this.#rebuild(onRebuilt).finally(() => (this.#rebuilding = undefined));
    return this.#rebuilding;
  }

  /** Ends the work in order, writes the picture, closes the log. */
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

  /** For whoever asks whether this process is as it should be. */
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

  /** Of the picture as it is now: its hash is made while it goes on. */
  hashServed(): Promise<StoredHash> {
    return hashServed(this.#rooms);
  }

  async #rebuild(onRebuilt: OnRebuilt): Promise<Rebuilt> {
    const { DATA_DIR } = this.settings;
    const { store } = this.#opened;
    await this.#formerGone; // Its file is the one that is needed.
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
      // Positions differ where a loop had failed, so that the served picture was no longer written.
      const wasRight = served.position === made.position && before === hash;
      if (!wasRight) await this.#takeOver(live, next);
      else removePicture(DATA_DIR, next);
      return { position: made.position, hash, wasRight };
    } finally {
      if (!isClosed) readModel.close();
    }
  }

  /** The rooms over the new picture take the old ones' place; whoever reads in the old one may finish. */
  async #takeOver(old: Rooms, picture: PictureFile): Promise<void> {
    this.log.error('the picture was not what the log says: the new one takes over');
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
      this.#parts.onFatal(cause); // The old rooms have ended for good: the next start opens the new picture.
      throw cause;
    }
  }

  async #endFormer({ readModel }: Rooms, picture: PictureFile): Promise<void> {
    await pause(READS_END_MS, this.#closing.signal);
    readModel.close();
    removePicture(this.settings.DATA_DIR, picture);
  }

  async #sample(): Promise<void> {
    if (this.#isSampling) return; // A store that does not answer is not asked again and again.
    this.#isSampling = true;
    const head = await this.#opened.store.head().catch(() => undefined);
    this.#isSampling = false;
    if (head !== undefined) this.#lag.sample(head, performance.now());
  }
}

/** The picture stands still only until its changes are in its file; hashing goes on beside its work. */
async function hashServed(rooms: Rooms): Promise<StoredHash> {
  await rooms.pause();
  try {
    return rooms.readModel.hashStored();
  } finally {
    rooms.resume();
  }
}
