import type { OnHand } from '../service.ts';

/** How long a read waits for what it must include. */
export const SEEN_MS_MAX = 2_000;

/**
 * Resolves true once reads show everything up to `position`: it was posted to the items, and what posting wrote was
 * projected. False after two seconds.
 */
export async function isSeen({ rooms }: OnHand, position: number): Promise<boolean> {
  const deadline = performance.now() + SEEN_MS_MAX;
  if (!(await rooms.ledger.posted.waitFor(position, SEEN_MS_MAX))) return false;
  const head = await rooms.store.head();
  return rooms.projector.waitFor(head, Math.max(1, deadline - performance.now()));
}
