import { beating } from './beating.ts';

const EVERY_MS = 1;
const LONG_MS = 60_000;

describe('work in hand while the brokers go away', () => {
  it('counts as done if it still ends in time, so that it is not repeated', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const done: string[] = [];
    const beat = (): Promise<void> => {
      resolve('taken');
      return Promise.reject(new Error('the broker is away'));
    };
    const whenDone = (result: string): void => void done.push(result);
    const waited = beating(promise, { beat, everyMs: EVERY_MS, finishMs: LONG_MS, whenDone });
    await expect(waited).rejects.toThrow('the broker is away');
    expect(done).toEqual(['taken']);
  });

  it('does not count if it ends too late: another member has taken over', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const done: string[] = [];
    const beat = (): Promise<void> => Promise.reject(new Error('the broker is away'));
    const whenDone = (result: string): void => void done.push(result);
    const waited = beating(promise, { beat, everyMs: EVERY_MS, finishMs: EVERY_MS, whenDone });
    await expect(waited).rejects.toThrow('the broker is away');
    resolve('taken');
    await promise;
    expect(done).toEqual([]);
  });

  it('fails if its result cannot be noted, instead of sending heartbeats for ever', async () => {
    const whenDone = (): never => {
      throw new Error('the partition is gone');
    };
    let beats = 0;
    const beat = (): Promise<void> =>
      ++beats === 3 ? Promise.reject(new Error('it went on and on')) : Promise.resolve();
    const waited = beating(Promise.resolve('taken'), {
      beat,
      everyMs: EVERY_MS,
      finishMs: EVERY_MS,
      whenDone,
    });
    await expect(waited).rejects.toThrow('the partition is gone');
    expect(beats).toBe(0);
  });

  it('is waited for while heartbeats are answered, and counts once', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const done: string[] = [];
    let beats = 0;
    const beat = (): Promise<void> => {
      if (++beats === 2) resolve('taken');
      return Promise.resolve();
    };
    const whenDone = (result: string): void => void done.push(result);
    expect(await beating(promise, { beat, everyMs: EVERY_MS, finishMs: LONG_MS, whenDone })).toBe('taken');
    expect(done).toEqual(['taken']);
  });
});
