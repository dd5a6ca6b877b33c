import fc from 'fast-check';
import { AVAILABILITY, comparePlaces, endOf, type Place } from '../src/place.ts';
import { type Job, Outbox } from './outbox.ts';

const SKUS = ['A', 'B', 'C', 'D'];
const CHANGE = { kind: AVAILABILITY } as const;
const keyOf = (id: string): string => `${AVAILABILITY}${id}`;

/** A channel that changes, and what it was told. */
class World {
  readonly outbox = new Outbox({ through: endOf(0), retrying: [] }, () => 0);
  readonly newest = new Map<string, Place>();
  readonly told = new Map<string, number>();
  readonly underway: { readonly job: Job; readonly version: number }[] = [];
  position = 0;
  now = 0;

  change(id: string): void {
    const place = { ...CHANGE, position: ++this.position, id };
    this.newest.set(keyOf(id), place);
    this.outbox.take([place], endOf(this.position));
  }

  start(): void {
    const job = this.outbox.start(++this.now, true);
    if (job !== undefined) this.underway.push({ job, version: this.newest.get(job.key)!.position });
  }

  end(how: 'taken' | 'refused' | 'put back', which: number): void {
    const [ended] = this.underway.splice(which % Math.max(1, this.underway.length), 1);
    if (ended === undefined) return;
    const { job, version } = ended;
    if (how === 'refused') this.outbox.refused(job, { dueAt: this.now + 2, isReceiverDown: true });
    else if (how === 'put back') this.outbox.putBack(job, this.now + 1);
    else {
      this.told.set(job.key, version);
      this.outbox.taken(job, version);
    }
  }

  /** What nobody would tell who went on from here. */
  get lost(): readonly string[] {
    const { through, retrying } = this.outbox.state;
    return [...this.newest]
      .filter(([key, { position }]) => position > (this.told.get(key) ?? 0) && !retrying.includes(key))
      .filter(([, place]) => comparePlaces(through, place) >= 0)
      .map(([key]) => key);
  }

  /** Tells all that is left. */
  drain(): void {
    while (this.underway.length > 0) this.end('taken', 0);
    for (this.now += 10, this.start(); this.underway.length > 0; this.start()) this.end('taken', 0);
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SKUS).map((id) => (world: World) => world.change(id)) },
  { weight: 2, arbitrary: fc.constant((world: World) => world.start()) },
  {
    weight: 2,
    arbitrary: fc
      .record({ how: fc.constantFrom('taken', 'refused', 'put back'), which: fc.nat({ max: 5 }) })
      .map(
        ({ how, which }) =>
          (world: World) =>
            world.end(how, which),
      ),
  },
);

describe('an outbox, whatever happens in whatever order', () => {
  it('loses nothing where another run goes on from its state, and tells all in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = new World();
        for (const each of steps) {
          each(world);
          expect(world.lost).toEqual([]);
        }
        world.drain();
        expect(world.outbox.state).toEqual({ through: endOf(world.position), retrying: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});
