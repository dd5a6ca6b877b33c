import type { EventStore } from '#event-store';
import type { Clock } from '#kernel';
import type { ReadModel } from '#read-model';
import { type OpenLog, openReadModel } from './adapters.module.ts';
import {
  currentPicture,
  isBeingRebuilt,
  otherPicture,
  type PictureFile,
  removePicture,
  removePicturesOfAnother,
} from './data-files.ts';
import type { Settings } from './environment.ts';
import type { KafkaOut } from './kafka.ts';
import type { Logger } from './log.ts';
import { openRooms, type Rooms } from './rooms.ts';
import type { Sharding } from './sharding.ts';

/** Chooses the picture's file, opens the rooms over it, and lets them catch up with the log. */

export interface RoomsOnPictureParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly publish: boolean;
  readonly onFatal: (cause: unknown) => void;
  readonly sharding: Sharding;
  readonly kafka: KafkaOut | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onCatchingUp?: OnCatchingUp | undefined;
}

/** How far a picture has caught up with the log. */
export interface CatchingUp {
  readonly position: number;
  readonly head: number;
  readonly percent: number;
  /** Absent at the beginning. */
  readonly secondsLeft?: number;
}

/** Awaited before a picture that is far behind begins to catch up, and called now and then while it does. */
export type OnCatchingUp = (progress: CatchingUp) => Promise<void>;

/** How often the log says how far the picture has caught up. */
const PROGRESS_EVERY_MS = 2_000;
/** A picture that is so many positions behind needs about a second, or longer. */
const FAR_BEHIND = 10_000;

/** Returns the file to open the rooms on, and removes files that cannot be used. */
export async function choosePicture(
  parts: RoomsOnPictureParts,
  { store, identity }: Pick<OpenLog, 'store' | 'identity'>,
): Promise<PictureFile> {
  const { DATA_DIR } = parts.settings;
  removePicturesOfAnother(DATA_DIR, identity);
  const picture = currentPicture(DATA_DIR);
  await removeUnlessBeingRebuilt(parts, store, otherPicture(picture));
  return picture;
}

/** Keeps the other file only if an interrupted rebuild was making it from this log: a picture that was replaced is wrong. */
async function removeUnlessBeingRebuilt(
  parts: RoomsOnPictureParts,
  store: EventStore,
  picture: PictureFile,
): Promise<void> {
  const { DATA_DIR } = parts.settings;
  if (!isBeingRebuilt(DATA_DIR, picture)) removePicture(DATA_DIR, picture);
  else (await openPictureOf(parts, store, picture)).close();
}

/** A picture that is of another log is removed, and made anew. Throws StoreUnavailable and the reason of `signal`. */
export async function openRoomsOn(
  picture: PictureFile,
  parts: RoomsOnPictureParts,
  store: EventStore,
): Promise<Rooms> {
  const readModel = await openPictureOf(parts, store, picture);
  try {
    const rooms = openRooms({ ...parts, store, readModel });
    if (await rooms.picture.newest.isIn(store)) {
      await catchUp(rooms, parts);
      await rooms.caughtUp();
      return rooms;
    }
  } catch (error) {
    readModel.close();
    throw error;
  }
  parts.log.warn({ picture: readModel.openedAt }, 'the picture belongs to another log: it is being rebuilt');
  readModel.close();
  removePicture(parts.settings.DATA_DIR, picture);
  return openRoomsOn(picture, parts, store);
}

/** If the picture is ahead of the log, the log was restored from an older backup: then the picture is made anew. */
async function openPictureOf(
  { settings, log, onFatal }: RoomsOnPictureParts,
  store: EventStore,
  picture: PictureFile,
): Promise<ReadModel> {
  const readModel = openReadModel(settings, picture, onFatal);
  if (readModel.openedAt === 0 || readModel.openedAt <= (await store.head())) return readModel;
  log.warn({ picture: readModel.openedAt }, 'the picture is ahead of the log: it is being rebuilt');
  readModel.close();
  removePicture(settings.DATA_DIR, picture);
  return openReadModel(settings, picture, onFatal);
}

async function catchUp(
  { projector, readModel, store }: Rooms,
  { log, signal, onCatchingUp }: RoomsOnPictureParts,
): Promise<void> {
  const from = projector.position;
  const told = await store.head();
  if (told - from >= FAR_BEHIND) await onCatchingUp?.({ position: from, head: told, percent: 0 });
  const startedAt = performance.now();
  let toldAt = startedAt;
  await projector.catchUp((position, head) => {
    if (signal?.aborted === true && position < head) {
      readModel.commit(position);
      signal.throwIfAborted();
    }
    const now = performance.now();
    if (now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    const percent = Math.floor((100 * (position - from)) / Math.max(1, head - from));
    const secondsLeft = Math.ceil(
      ((now - startedAt) / 1000 / Math.max(1, position - from)) * (head - position),
    );
    const progress = { position, head, percent, secondsLeft };
    log.info(progress, 'catching up with the log');
    void onCatchingUp?.(progress);
  });
}
