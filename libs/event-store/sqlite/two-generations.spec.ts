import { TwoGenerations } from './two-generations.ts';

describe('a cache of two generations', () => {
  it('never holds more than its bound, and keeps what was last used', () => {
    const cache = new TwoGenerations<number>(100);
    for (let number = 0; number < 1_000; number++) {
      cache.set(`key-${number}`, number);
      expect(cache.get('key-0')).toBe(0);
    }
    const valueOf = (number: number): number | undefined => cache.get(`key-${number}`);
    expect(Array.from({ length: 20 }, (_, index) => valueOf(980 + index))).not.toContain(undefined);
    const found = Array.from({ length: 1_000 }, (_, number) => valueOf(number));
    expect(found.filter((value) => value !== undefined).length).toBeLessThanOrEqual(100);
  });

  it('answers the newest value, whichever generation holds the older one', () => {
    const cache = new TwoGenerations<number>(4);
    cache.set('a', 1);
    for (const key of ['b', 'c']) cache.set(key, 0);
    cache.set('a', 2);

    expect(cache.get('a')).toBe(2);
    cache.clear();
    expect(cache.get('a')).toBeUndefined();
  });
});
