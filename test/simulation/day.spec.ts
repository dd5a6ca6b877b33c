import { dayOf } from './day.ts';
import { naiveOutcome } from './naive.ts';
import { play } from './play.ts';

/** `SEED=77 npx jest test/simulation` plays one day again; `DAYS=500` plays so many. */
const DAYS = Number(process.env['DAYS'] ?? 3);
const FIRST_SEED = Number(process.env['SEED'] ?? 1);
const SEEDS = Array.from({ length: process.env['SEED'] === undefined ? DAYS : 1 }, (_, i) => FIRST_SEED + i);
const MS_MAX = 120_000;

/** Over all days: days without repeats, waiting lines or holds would be too easy. */
const seen = { duplicates: 0, parked: 0, held: 0, refused: 0 };

it.each(SEEDS)(
  'a day comes to the same in whatever order it is told, and to what a clerk makes of it (SEED=%d)',
  async (seed) => {
    const day = dayOf(seed);
    const naive = naiveOutcome(day);
    for (const arrivalSeed of [seed, seed + 1_000_000]) {
      const { outcome, ...played } = await play(day, arrivalSeed);
      expect(outcome).toEqual(naive);
      expect(played).toMatchObject({ wrong: [], isSameRebuilt: true, stillReserved: 0 });
      seen.duplicates += played.duplicates;
      seen.parked += played.parked;
      seen.held += played.held;
      seen.refused += played.refused;
    }
  },
  MS_MAX,
);

it('the days had something of everything in them', () => {
  expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
});
