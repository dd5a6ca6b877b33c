import { within } from '#kafka';

interface Beating<Result> {
  /** Lets the group know that we live. Throws where it is dealt anew, or where nobody hears us. */
  readonly beat: () => Promise<void>;
  readonly everyMs: number;
  /** What is in hand when a beat fails is finished first, but not for longer. */
  readonly finishMs: number;
  /** Also where a beat has failed meanwhile: what is done is not to be done again. */
  readonly whenDone?: (result: Result) => void;
}

/** Waits for the work, and beats. Throws what a beat has thrown, once the work in hand is finished. */
export async function beating<Result>(
  work: Promise<Result>,
  { beat, everyMs, finishMs, whenDone }: Beating<Result>,
): Promise<Result> {
  let isDone = false;
  let isTooLate = false;
  const ended = work.then(
    (result) => {
      if (!isTooLate) whenDone?.(result);
      isDone = true;
    },
    () => void (isDone = true),
  );
  for (;;) {
    await within(ended, everyMs);
    if (isDone) return work;
    try {
      await beat();
    } catch (error) {
      await within(ended, finishMs);
      isTooLate = true; // Whoever beats goes on without it: it is not known any more what this would belong to.
      throw error;
    }
  }
}
