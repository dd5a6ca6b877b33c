import type { Rooms } from './rooms.ts';

/** How many events posting and the picture may be behind what was handed in before more is. */
const BEHIND_MAX = 2_000;

/**
 * A file or a topic is read faster than what follows from it is computed. Waiting for that before more is handed in
 * keeps what is under way small: it stays in memory from one room to the next, and what is told stays fresh.
 * Resolves false where it took longer than `timeoutMs`.
 */
export const keepPace = (rooms: Rooms, handedIn: number, timeoutMs: number): Promise<boolean> =>
  rooms.followed(handedIn - BEHIND_MAX, timeoutMs);
