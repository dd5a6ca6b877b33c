import { within } from '#kafka';

interface Beating<Result> {
  /** Sends a heartbeat to the group. Throws if the group is rebalancing, or if no broker answers. */
  readonly beat: () => Promise<void>;
  readonly everyMs: number;
  /** How long work that is in hand when a heartbeat fails is still waited for. */
  readonly finishMs: number;
  /** Called with the result, also after a failed heartbeat if it still comes in time: then the work is not repeated. */
  readonly whenDone?: (result: Result) => void;
}

/** Waits for the work, with heartbeats meanwhile. If one fails, waits for the work a little longer, then throws its error. */
export async function beating<Result>(
  work: Promise<Result>,
  { beat, everyMs, finishMs, whenDone }: Beating<Result>,
): Promise<Result> {
  let isDone = false;
  let isTooLate = false;
  const ended = work
    .then((result) => {
      if (!isTooLate) whenDone?.(result);
      return result;
    })
    .finally(() => (isDone = true));
  for (;;) {
    await within(ended, everyMs);
    if (isDone) return ended;
    try {
      await beat();
    } catch (error) {
      await within(ended, finishMs);
      isTooLate = true; // The caller goes on without the result: by the time it comes, the partition may be another's.
      throw error;
    }
  }
}
