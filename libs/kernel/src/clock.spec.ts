import { neverBack, pause, timeWriter } from './clock.ts';

describe('a clock that never goes back', () => {
  it('goes with the one behind it, forward as far as that, and on from where it was when that is set back', () => {
    const clock = { at: 1_000 };
    const steady = neverBack({ now: () => clock.at });
    const said = [1_000, 1_500, 90_000, 500, 600, 100, 101].map((at) => {
      clock.at = at;
      return steady.now();
    });
    expect(said).toEqual([1_000, 1_500, 90_000, 90_000, 90_100, 90_100, 90_101]);
  });
});

describe('a writer of times', () => {
  it('writes each moment in UTC with milliseconds, the same one again and another one between', () => {
    const time = timeWriter();
    expect([0, 0, 1_500, 0].map(time)).toEqual([
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:00:00.000Z',
      '1970-01-01T00:00:01.500Z',
      '1970-01-01T00:00:00.000Z',
    ]);
  });
});

describe('a pause', () => {
  const FOREVER_MS = 2 ** 31 - 1;

  it('ends by itself', async () => {
    await pause(1, new AbortController().signal);
  });

  it.each([{}, { ref: false }])('ends at once where nobody waits for it any more (%j)', async (options) => {
    const stop = new AbortController();
    const paused = pause(FOREVER_MS, stop.signal, options);
    stop.abort();
    await paused;
    await pause(FOREVER_MS, stop.signal, options);
  });
});
