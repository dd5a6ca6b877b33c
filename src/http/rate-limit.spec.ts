import { Refusal } from './problem.ts';
import { RateLimit } from './rate-limit.ts';

describe('the rate of a key', () => {
  let nowMs = 0;
  const limit = (): RateLimit => new RateLimit({ perSecond: 2, burst: 3 }, () => nowMs);
  const refusalOf = (take: () => void): Refusal | undefined => {
    try {
      take();
    } catch (error) {
      if (error instanceof Refusal) return error;
    }
    return undefined;
  };

  it('is a burst, then so many a second', () => {
    const rate = limit();
    for (let i = 0; i < 3; i++) rate.take('a');
    const refusal = refusalOf(() => rate.take('a'));
    expect(refusal?.status).toBe(429);
    expect(refusal?.rejections[0].code).toBe('TOO_MANY_REQUESTS');
    expect(refusal?.headers['retry-after']).toBe('1');
    nowMs += 500;
    expect(refusalOf(() => rate.take('a'))).toBeUndefined();
    expect(refusalOf(() => rate.take('a'))).toBeDefined();
  });

  it("does not touch another key's", () => {
    const rate = limit();
    for (let i = 0; i < 3; i++) rate.take('a');
    expect(refusalOf(() => rate.take('b'))).toBeUndefined();
  });

  it('never saves more than a burst', () => {
    const rate = limit();
    rate.take('a');
    nowMs += 60_000;
    for (let i = 0; i < 3; i++) rate.take('a');
    expect(refusalOf(() => rate.take('a'))).toBeDefined();
  });
});
