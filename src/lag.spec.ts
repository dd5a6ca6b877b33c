import { Lag } from './lag.ts';

it('tells how long ago the log went beyond a position', () => {
  const lag = new Lag();
  lag.sample(10, 1_000);
  lag.sample(10, 2_000);
  lag.sample(15, 3_000);
  expect(lag.secondsBehind(15, 15, 9_000)).toBe(0);
  expect(lag.secondsBehind(12, 15, 9_000)).toBe(6);
  expect(lag.secondsBehind(5, 15, 9_000)).toBe(8);
  expect(lag.secondsBehind(5, 15, 9_000.123_4)).toBe(8);
});
