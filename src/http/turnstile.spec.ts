import { Refusal } from './problem.ts';
import { Turnstile } from './turnstile.ts';

const turnstile = (): Turnstile =>
  new Turnstile({ atOnceMax: 2, waitingMax: 1, code: 'TOO_MANY_REQUESTS', busyWith: 'things are underway' });

describe('a turnstile', () => {
  it('lets so many in at once, and the next when one leaves', async () => {
    const gate = turnstile();
    const first = Promise.withResolvers<void>();
    const order: string[] = [];
    const one = gate.run(() => first.promise);
    const two = gate.run(() => new Promise<void>(() => undefined));
    const three = gate.run(() => Promise.resolve(order.push('three')));
    await Promise.resolve();
    expect(order).toEqual([]);
    first.resolve();
    await Promise.all([one, three]);
    expect(order).toEqual(['three']);
    expect(gate.inside).toBe(1);
    void two;
  });

  it('sends away whoever is one too many', async () => {
    const gate = turnstile();
    for (let i = 0; i < 3; i++) void gate.run(() => new Promise(() => undefined));
    await expect(gate.run(() => Promise.resolve())).rejects.toThrow(Refusal);
  });

  it('gives the place back where the work fails', async () => {
    const gate = turnstile();
    await expect(gate.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(gate.inside).toBe(0);
  });
});
