import { Fault, pause } from '#kernel';
import type { Logger } from './log.ts';

const FIRST_PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;
/** After a run of this length without a fault the pauses begin with the shortest again. */
const CALM_AFTER_MS = 60_000;

type LoopState = 'running' | 'retrying' | 'failed' | 'stopped';

interface Loop {
  readonly run: (signal: AbortSignal) => Promise<void>;
  readonly stopping: AbortController;
  state: LoopState;
  ended: Promise<void>;
}

/**
 * The background work. A loop that throws a retriable fault (no room on the disk, a store that does not answer) is started
 * again after a growing pause. One that throws anything else, a bug, stays down and says so; the others go on.
 */
export class Loops {
  readonly #log: Logger;
  readonly #loops = new Map<string, Loop>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Begins at once. `run` goes on until its signal aborts. */
  start(name: string, run: (signal: AbortSignal) => Promise<void>): void {
    const loop: Loop = { run, stopping: new AbortController(), state: 'running', ended: Promise.resolve() };
    loop.ended = this.#keepRunning(name, loop);
    this.#loops.set(name, loop);
  }

  /** How each loop is doing. */
  states(): Readonly<Record<string, LoopState>> {
    return Object.fromEntries([...this.#loops].map(([name, { state }]) => [name, state]));
  }

  /** Resolves when the loop has ended; at once if there is none of this name. */
  async stop(name: string): Promise<void> {
    const loop = this.#loops.get(name);
    loop?.stopping.abort();
    await loop?.ended;
  }

  /** Stops those that were first started after this one, the last one first. */
  async stopAfter(name: string): Promise<void> {
    const names = [...this.#loops.keys()];
    for (const later of names.slice(names.indexOf(name) + 1).reverse()) await this.stop(later);
  }

  /** Stops all, the last one started first. */
  async stopAll(): Promise<void> {
    for (const name of [...this.#loops.keys()].reverse()) await this.stop(name);
    this.#loops.clear();
  }

  async #keepRunning(name: string, loop: Loop): Promise<void> {
    const { signal } = loop.stopping;
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const startedAt = performance.now();
      try {
        await loop.run(signal);
        if (signal.aborted) break;
        throw new Error(`Bug: expected ${name} to go on until it is stopped.`);
      } catch (error) {
        if (signal.aborted) break;
        if (!(error instanceof Fault && error.retriable)) return this.#fail(name, loop, error);
        if (performance.now() - startedAt > CALM_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
        loop.state = 'retrying';
        this.#log.warn({ loop: name, err: error, pauseMs }, 'temporary trouble: it is retried');
        await pause(pauseMs, signal, { ref: false });
        pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
        loop.state = 'running';
      }
    }
    loop.state = 'stopped';
  }

  #fail(name: string, loop: Loop, error: unknown): void {
    loop.state = 'failed';
    this.#log.fatal(
      { loop: name, err: error },
      'a background loop has stopped: what it produces is no longer up to date',
    );
  }
}
