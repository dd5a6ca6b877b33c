import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { AVAILABILITY, endOf, type Place } from '../src/place.ts';
import { FRESH_MAX, type Job, Outbox } from './outbox.ts';

const changed = (position: number, id: string): Place & { kind: typeof AVAILABILITY } => ({
  position,
  kind: AVAILABILITY,
  id,
});
const key = (id: string): string => `${AVAILABILITY}${id}`;
const soon = { dueAt: 1_000, isReceiverDown: true };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let outbox: Outbox;
const begin = (takenBefore: Record<string, number> = {}): void => {
  outbox = new Outbox({ through: endOf(0), retrying: [] }, (at) => takenBefore[at] ?? 0);
};
beforeEach(() => begin());

function start(now = 0, mayStartFresh = true): Job {
  const job = outbox.start(now, mayStartFresh);
  if (job === undefined) throw new Error('nothing to start');
  return job;
}

describe('an outbox', () => {
  it('hands out what changed, each listing once, in the order in which it first changed', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B'), changed(3, 'A')], endOf(3));
    expect([start().key, start().key]).toEqual([key('A'), key('B')]);
    expect(outbox.start(0, true)).toBeUndefined();
  });

  it('has come past what was taken, in whatever order the answers come', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B'), changed(3, 'C')], endOf(9));
    const [a, b, c] = [start(), start(), start()];
    expect(outbox.state.through).toEqual(endOf(0));
    outbox.taken(c, 3);
    outbox.taken(b, 2);
    expect(outbox.state.through).toEqual(endOf(0));
    outbox.taken(a, 1);
    expect(outbox.state.through).toEqual(endOf(9));

    outbox.take([changed(10, 'A'), changed(11, 'B')], endOf(11));
    expect(outbox.state.through).toEqual(endOf(9));
    outbox.taken(start(), 10);
    expect(outbox.state.through).toEqual(changed(10, 'A'));
  });

  it('sends again what changed while it was underway, unless the newest went out already', () => {
    outbox.take([changed(1, 'A'), changed(1, 'B')], endOf(1));
    const [a, b] = [start(), start()];
    outbox.take([changed(2, 'A'), changed(3, 'B')], endOf(3));
    outbox.taken(a, 1);
    outbox.taken(b, 3);

    expect(start().key).toBe(key('A'));
    expect(outbox.start(0, true)).toBeUndefined();
  });

  it('leaves out a change whose number was sent before the change was read', () => {
    outbox.take([changed(1, 'A')], endOf(1));
    outbox.taken(start(), 5);
    outbox.take([changed(5, 'A')], endOf(5));
    expect(outbox.start(0, true)).toBeUndefined();
    expect(outbox.state.through).toEqual(endOf(5));

    outbox.take([changed(6, 'A')], endOf(6));
    expect(start().key).toBe(key('A'));
  });

  it('leaves out what an earlier run has sent', () => {
    begin({ [key('A')]: 4 });
    outbox.take([changed(4, 'A'), changed(4, 'B')], endOf(4));
    expect(start().key).toBe(key('B'));
  });

  it('lets what was refused wait, and goes on with the rest', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B')], endOf(2));
    outbox.refused(start(), soon);
    expect(outbox.state).toEqual({ through: changed(1, 'A'), retrying: [key('A')] });
    expect(start().key).toBe(key('B'));
    expect(outbox.start(999, true)).toBeUndefined();
    expect(start(1_000)).toEqual({ key: key('A'), failures: 1 });
  });

  it('keeps one retry of a listing, however often it changes', () => {
    outbox.take([changed(1, 'A')], endOf(1));
    outbox.refused(start(), soon);
    outbox.take([changed(2, 'A'), changed(3, 'A')], endOf(3));
    expect(outbox.start(0, true)).toBeUndefined();
    expect(outbox.state).toEqual({ through: endOf(3), retrying: [key('A')] });
    outbox.taken(start(1_000), 3);
    expect(outbox.state).toEqual({ through: endOf(3), retrying: [] });
  });

  it('sends what changed during a failed try with its retry', () => {
    outbox.take([changed(1, 'A')], endOf(1));
    const job = start();
    outbox.take([changed(2, 'A')], endOf(2));
    outbox.refused(job, soon);
    expect(outbox.counts).toEqual({ waiting: 0, underway: 0, retrying: 1 });
    expect(outbox.state.through).toEqual(endOf(2));
  });

  it('counts a retry that is underway as retrying, but nothing that was never refused', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B')], endOf(2));
    outbox.refused(start(), soon);
    start(1_000);
    start();
    expect(outbox.state).toEqual({ through: changed(1, 'A'), retrying: [key('A')] });
  });

  it('starts nothing new where only retries may start', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B')], endOf(2));
    outbox.refused(start(), soon);
    expect(outbox.start(0, false)).toBeUndefined();
    expect(start(1_000, false).key).toBe(key('A'));
  });

  it('hurries the retries of a receiver in trouble, but not of a message that it refused', () => {
    outbox.take([changed(1, 'A'), changed(2, 'B')], endOf(2));
    outbox.refused(start(), { dueAt: 9_000, isReceiverDown: true });
    outbox.refused(start(), { dueAt: 9_000, isReceiverDown: false });
    outbox.hurry(10);
    expect(start(10).key).toBe(key('A'));
    expect(outbox.start(10, true)).toBeUndefined();
  });

  it('puts back what could not be tried, as if it had not been started', () => {
    outbox.take([changed(1, 'A')], endOf(1));
    outbox.putBack(start(), soon.dueAt);
    expect(outbox.state).toEqual({ through: endOf(0), retrying: [] });
    expect(start()).toMatchObject({ key: key('A'), failures: 0 });
  });

  it('begins with the retries of an earlier run', () => {
    outbox = new Outbox({ through: endOf(7), retrying: [key('A')] }, () => 0);
    expect(start(0, false)).toEqual({ key: key('A'), failures: 1 });
  });

  it('does not come past a listing that changed while it was sent, until that is sent too', () => {
    outbox.take([changed(1, 'A')], endOf(1));
    const first = start();
    outbox.take([changed(2, 'A'), changed(3, 'B'), changed(4, 'A')], endOf(4));
    outbox.taken(first, 2);
    const [b, again] = [start(), start()];
    expect([b.key, again.key]).toEqual([key('B'), key('A')]);
    outbox.taken(b, 3);
    expect(outbox.state.through).toEqual(changed(1, 'A'));
    outbox.taken(again, 4);
    expect(outbox.state.through).toEqual(endOf(4));
  });

  it('costs memory by listings that wait, and not by how often they change', () => {
    const heapBytes = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    outbox.take([changed(1, 'A'), changed(2, 'B')], endOf(2));
    const job = start();
    const before = heapBytes();
    for (let position = 3; position < 100_000; position++)
      outbox.take([changed(position, position % 2 ? 'A' : 'B')], endOf(position));
    expect(heapBytes() - before).toBeLessThan(4_000_000);
    outbox.putBack(job, 0);
    expect(outbox.counts).toEqual({ waiting: 2, underway: 0, retrying: 0 });
  });

  it('wants no more than it may hold', () => {
    expect(outbox.wantsMore).toBe(true);
    outbox.take(
      Array.from({ length: FRESH_MAX }, (_, index) => changed(index + 1, `S${index}`)),
      endOf(FRESH_MAX),
    );
    expect(outbox.wantsMore).toBe(false);
  });
});
