import { Pace } from './pace.ts';

const always = (): boolean => true;
const NEVER_MS = 2 ** 40;

describe('a pace', () => {
  const now = performance.now.bind(performance);
  let isBehind: boolean;
  beforeEach(() => {
    isBehind = true;
    performance.now = () => 0;
  });
  afterEach(() => {
    performance.now = now;
  });

  const hasItsTurn = (pace: Pace, partition: number, mayWait = always): Promise<boolean> =>
    Promise.race([
      pace.turn(partition, mayWait).then(() => true),
      new Promise<boolean>((resolve) => setImmediate(resolve, false)),
    ]);

  it('lets each partition have its turn at once, and again after a pause while the log is ahead', async () => {
    const pace = new Pace({ isBehind: () => isBehind, pauseAfter: () => NEVER_MS });
    expect(await hasItsTurn(pace, 0)).toBe(true);
    pace.told(0, 1);
    expect(await hasItsTurn(pace, 0)).toBe(false);
    expect(await hasItsTurn(pace, 1)).toBe(true);
    expect(await hasItsTurn(pace, 0, () => false)).toBe(true);
    isBehind = false;
    expect(await hasItsTurn(pace, 0)).toBe(true);
  });

  it.each([
    [100, 400],
    [60_000, 5_000],
  ])('after a send of %d ms pauses for %d ms while the log is ahead', async (tookMs, pauseMs) => {
    const pace = new Pace({ isBehind: always });
    pace.told(0, tookMs);
    performance.now = () => pauseMs - 1;
    expect(await hasItsTurn(pace, 0)).toBe(false);
    performance.now = () => pauseMs;
    expect(await hasItsTurn(pace, 0)).toBe(true);
  });
});
