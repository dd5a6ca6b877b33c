import type { Shards } from '#kernel';

/** Runs `run` while this process has the shard: aborts it when the shard goes, starts it again when it comes back. */
export function whileHas(
  shards: Shards,
  shard: number,
  run: (signal: AbortSignal) => Promise<void>,
): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    while (!signal.aborted) {
      await untilChange(shards, signal, () => shards.owned.includes(shard));
      if (signal.aborted) return;
      const losing = new AbortController();
      const stop = shards.onChange(() => {
        if (!shards.owned.includes(shard)) losing.abort();
      });
      try {
        await run(AbortSignal.any([signal, losing.signal]));
      } finally {
        stop();
      }
    }
  };
}

function untilChange(shards: Shards, signal: AbortSignal, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isSo() && !signal.aborted) return;
      stop();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const stop = shards.onChange(look);
    signal.addEventListener('abort', look);
    look();
  });
}
