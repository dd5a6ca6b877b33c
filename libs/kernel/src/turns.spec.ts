import { Turns } from '#kernel';

describe('turns', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  /** Work that tells when it begins and ends. */
  const telling = (told: string[], name: string) => async (): Promise<string> => {
    told.push(`${name} begins`);
    await turn();
    told.push(`${name} ends`);
    return name;
  };

  it('are taken one after the other for one thing, at once for others', async () => {
    const turns = new Turns();
    const told: string[] = [];
    const all = [
      turns.take('a', telling(told, '1')),
      turns.take('a', telling(told, '2')),
      turns.take('b', telling(told, '3')),
    ];

    expect(await Promise.all(all)).toEqual(['1', '2', '3']);
    expect(told.slice(0, 2)).toEqual(['1 begins', '3 begins']);
    expect(told.indexOf('2 begins')).toBeGreaterThan(told.indexOf('1 ends'));
  });

  it('go on after one that failed', async () => {
    const turns = new Turns();
    const failed = turns.take('a', () => Promise.reject(new Error('lost')));
    const next = turns.take('a', () => Promise.resolve('here'));

    await expect(failed).rejects.toThrow('lost');
    expect(await next).toBe('here');
  });

  it('may be one at many things: others wait for its end, and nobody gets what somebody has', async () => {
    const turns = new Turns();
    const told: string[] = [];
    const first = turns.take('a', telling(told, 'first'));
    const shared = turns.open();

    expect([shared.claim('a'), shared.claim('b'), shared.claim('b'), shared.claim('c')]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    const after = turns.take('b', telling(told, 'after'));
    await first;
    await turn();
    expect(told).toEqual(['first begins', 'first ends']);
    shared.end();
    await after;
    expect(told.slice(2)).toEqual(['after begins', 'after ends']);
    const again = turns.open();
    expect(['a', 'b', 'c'].map((thing) => again.claim(thing))).toEqual([true, true, true]);
    again.end();
  });
});
