import { PositionWaiters } from '#event-store';
import { Backpressure, BEHIND_MAX } from './backpressure.ts';

/** Something that follows the log, moved by hand. */
class Followed {
  readonly #waiters = new PositionWaiters();
  readonly #listeners: ((position: number) => void)[] = [];
  position = 0;
  isBehind = false;

  waitFor(position: number, timeoutMs: number): Promise<boolean> {
    return this.position >= position ? Promise.resolve(true) : this.#waiters.wait(position, timeoutMs);
  }

  onAdvance(listener: (position: number) => void): () => void {
    this.#listeners.push(listener);
    return () => undefined;
  }

  moveTo(position: number, { isFullPage = false } = {}): void {
    this.position = position;
    this.isBehind = isFullPage;
    for (const listener of this.#listeners) listener(position);
    this.#waiters.reached(position);
  }
}

const FOREVER_MS = 2 ** 30;
const now = performance.now.bind(performance);
let projector: Followed;
let posting: Followed;
let backpressure: Backpressure;
const passed = (ms: number): void => {
  const at = performance.now() + ms;
  performance.now = () => at;
};

beforeEach(() => {
  passed(0);
  [projector, posting] = [new Followed(), new Followed()];
  backpressure = new Backpressure({ projector, posting });
});
afterEach(() => {
  performance.now = now;
});

it('makes who is not far ahead wait for nothing, and is not behind by being asked', async () => {
  const asked = backpressure.room(BEHIND_MAX, 0);
  expect(backpressure.isBehind).toBe(false);
  expect(await asked).toBe(true);
  expect(backpressure.isBehind).toBe(false);
});

it('makes others wait for posting and for the picture, and is behind until a moment after', async () => {
  const room = backpressure.room(BEHIND_MAX + 5, FOREVER_MS);
  posting.moveTo(5);
  passed(1_000);
  expect(backpressure.isBehind).toBe(true);
  projector.moveTo(5);
  expect(await room).toBe(true);
  passed(99);
  expect(backpressure.isBehind).toBe(true);
  passed(1);
  expect(backpressure.isBehind).toBe(false);
});

it('gives up after so long', async () => {
  posting.moveTo(5);
  expect(await backpressure.room(BEHIND_MAX + 5, 0)).toBe(false);
});

it('waits for no posting that others do', async () => {
  const alone = new Backpressure({ projector, posting: undefined });
  projector.moveTo(5);
  expect(await alone.room(BEHIND_MAX + 5, 0)).toBe(true);
});

it('is behind while the picture takes full pages, and not for ever after the last of them', () => {
  projector.moveTo(500, { isFullPage: true });
  expect(backpressure.isBehind).toBe(true);
  passed(100);
  expect(backpressure.isBehind).toBe(false);
});
