/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** Where the present time comes from. Tests and simulations bring their own. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock to measure waits by: when the real one is set back, this one goes on from where it was. Its times are to be
 * compared with each other only: none of them is a moment to show or to store.
 */
export function neverBack(clock: Clock): Clock {
  let before = -Infinity;
  let ahead = 0;
  return {
    now: () => {
      const now = clock.now();
      if (now + ahead < before) ahead = before - now;
      before = now + ahead;
      return before;
    },
  };
}

/**
 * Writes instants as RFC 3339 in UTC, with milliseconds. What is stored together has one time: asked for it again,
 * each writer gives the text it made last.
 */
export function timeWriter(): (at: Instant) => string {
  let lastAt: Instant | undefined;
  let lastText = '';
  return (at) => {
    if (at !== lastAt) [lastAt, lastText] = [at, new Date(at).toISOString()];
    return lastText;
  };
}

/**
 * Resolves after `ms`, or as soon as `signal` aborts: look at the signal next. With `ref: false` the wait alone keeps
 * no process alive.
 */
export function pause(ms: number, signal: AbortSignal, { ref = true } = {}): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    if (!ref) timer.unref();
    signal.addEventListener('abort', end);
  });
}
