import { pauseMs, PAUSES } from './pause.ts';

describe('the pause before a webhook’s next try', () => {
  it('is ten seconds at most at first, then longer each time, up to a limit', () => {
    for (const random of [0, 0.5, 0.999_999]) {
      const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 40].map((failures) => pauseMs(failures, PAUSES, random));
      expect(pauses[0]).toBeGreaterThanOrEqual(PAUSES.firstMsMax / 2);
      expect(pauses[0]).toBeLessThanOrEqual(10_000);
      expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(PAUSES.msMax);
    }
    for (let failures = 1; failures < 6; failures++) {
      expect(pauseMs(failures, PAUSES, 0.999_999)).toBeLessThanOrEqual(pauseMs(failures + 1, PAUSES, 0));
    }
  });
});
