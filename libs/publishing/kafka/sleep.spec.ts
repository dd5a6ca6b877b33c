import { jest } from '@jest/globals';
import { until } from '../../kernel/testing/until.ts';
import { Sleep } from './sleep.ts';

const SLEPT_MS = 3_000;
let now = 1_000;
beforeAll(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterAll(() => jest.restoreAllMocks());

describe('a sleep of the machine', () => {
  it('is noticed once, by the first look after it', () => {
    let awakenings = 0;
    const sleep = new Sleep(() => awakenings++, SLEPT_MS);
    now += SLEPT_MS;
    sleep.look();
    expect(awakenings).toBe(0);
    now += SLEPT_MS + 1;
    sleep.look();
    sleep.look();
    expect(awakenings).toBe(1);
  });

  it('is noticed also where nobody looks', async () => {
    let awakenings = 0;
    const sleep = new Sleep(() => awakenings++, SLEPT_MS);
    sleep.start();
    now += SLEPT_MS + 1;
    await until(() => awakenings > 0);
    sleep.look();
    sleep.stop();
    expect(awakenings).toBe(1);
  });
});
