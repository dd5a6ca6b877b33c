import { afterEach, describe, expect, it } from '@jest/globals';
import { Metrics, type MetricsSource } from './metrics.ts';

type Figures = ReturnType<MetricsSource['topicFigures']>[string];

const searched: Figures = { pending: 0, isSearched: true, told: 0, toldAgain: 0, failed: 0, tooLarge: 0 };

describe('the keys that wait to be told to a topic', () => {
  let figures = searched;
  const nothing = (): Record<string, never> => ({});
  const metrics = new Metrics({
    refresh: () => Promise.resolve(),
    positions: nothing,
    lagSeconds: nothing,
    outcomes: nothing,
    walBytes: nothing,
    parkedLines: () => 0,
    loops: nothing,
    doors: nothing,
    recordsBehind: nothing,
    topicFigures: () => ({ availability: figures }),
    droppedLogLines: () => 0,
  });
  afterEach(() => metrics.close());

  it('are 0 only once the topic was looked through: before, nothing is said, or what was found so far', async () => {
    const said: (string | undefined)[] = [];
    for (const next of [
      { isSearched: false },
      { pending: 3, isSearched: false },
      {},
      { isSearched: false },
    ]) {
      figures = { ...searched, ...next };
      const { text } = await metrics.text();
      said.push(/^onhand_topic_keys_pending\{topic="availability"\} (.*)$/m.exec(text)?.[1]);
    }
    expect(said).toEqual([undefined, '3', '0', undefined]);
  });
});
