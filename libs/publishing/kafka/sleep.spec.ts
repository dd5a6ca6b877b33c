import { setTimeout as pause } from 'node:timers/promises';
import { Sleep } from './sleep.ts';

const standStill = (ms: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describe('sleep', () => {
  it('is noticed by whoever looks first, once', () => {
    let awakenings = 0;
    const sleep = new Sleep(() => awakenings++, 50);
    sleep.look();
    expect(awakenings).toBe(0);
    standStill(80);
    sleep.look();
    sleep.look();
    expect(awakenings).toBe(1);
  });

  it('is noticed also where nobody looks', async () => {
    let awakenings = 0;
    const sleep = new Sleep(() => awakenings++, 700);
    sleep.start();
    standStill(800);
    await pause(600);
    sleep.stop();
    expect(awakenings).toBe(1);
  });
});
