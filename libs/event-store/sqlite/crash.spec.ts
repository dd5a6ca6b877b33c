import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { systemClock } from '#kernel';
import { readToEnd } from '../testing/index.ts';
import type { Intent } from './children/append-for-ever.child.ts';
import { startChild } from './children/run-child.ts';
import { SqliteEventStore } from './index.ts';

/** `KILLS=500 SEED=7` for a longer run, or the same moments again. */
const KILLS = Number(process.env['KILLS'] ?? 6);
const SEED = Number(process.env['SEED'] ?? 11);
const LIFE_MS_MAX = 300;
const CHILD_MS_MAX = 20_000;

/** Numbers from 0 to 1 that a seed repeats. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function killAfter(child: ChildProcess, lifeMs: number): Promise<void> {
  await once(child.stdout!, 'data'); // It has opened the store, and repeated what it was not answered.
  await new Promise((resolve) => setTimeout(resolve, lifeMs));
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const linesOf = (file: string): Intent[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as Intent);

/** What is stored is compared with what was written down beside it. */
async function check(directory: string): Promise<{ acknowledged: number; stored: number }> {
  const store = await SqliteEventStore.open({
    directory: join(directory, 'data'),
    clock: systemClock,
    writer: 'inline',
  });
  const events = await readToEnd(store, { after: 0 });
  const places = new Map(events.map(({ id, stream, revision }) => [id, `${stream}@${revision}`]));
  const acks = linesOf(join(directory, 'acks'));
  const lost = acks.flatMap(({ stream, expectedRevision, ids }) =>
    ids.filter((id, index) => places.get(id) !== `${stream}@${expectedRevision + 1 + index}`),
  );
  const torn = linesOf(join(directory, 'intents')).filter(({ ids }) => {
    const found = ids.filter((id) => places.has(id)).length;
    return found !== 0 && found !== ids.length;
  });
  const problems = await store.integrityCheck();
  await store.close();

  expect({ lost, torn, problems }).toEqual({ lost: [], torn: [], problems: [] });
  expect(places.size).toBe(events.length); // No event twice.
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  return { acknowledged: acks.flatMap(({ ids }) => ids).length, stored: events.length };
}

describe.each(['thread', 'inline'] as const)('kill -9, writing %s', (writer) => {
  it(
    `loses nothing acknowledged, tears nothing, writes nothing twice (SEED=${SEED})`,
    async () => {
      const random = randomFrom(SEED);
      const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
      for (let kill = 0; kill < KILLS; kill++) {
        await killAfter(startChild('append-for-ever', directory, writer), random() * LIFE_MS_MAX);
      }
      const { acknowledged, stored } = await check(directory);

      expect(acknowledged).toBeGreaterThan(KILLS);
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
      rmSync(directory, { recursive: true });
    },
    600_000 + KILLS * CHILD_MS_MAX,
  );
});
