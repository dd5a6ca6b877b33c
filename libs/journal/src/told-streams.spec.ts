import { emptyToldStream, type ToldStream } from '#inventory';
import { withStore } from '../../intake/testing/store.ts';
import { ToldStreams } from './told-streams.ts';

const ofLines = (lineCount: number): ToldStream => ({ ...emptyToldStream(), lineCount });

describe('the streams told of lately', () => {
  it('are remembered up to so many lines: the one used longest ago is read again, the newest never', () =>
    withStore((store) => {
      const streams = new ToldStreams(store);
      const known = (): string[] => ['a', 'b', 'c', 'd'].filter((stream) => streams.has(stream));
      streams.put('a', ofLines(4_000));
      streams.put('b', ofLines(4_000));
      streams.put('a', streams.take('a')!);
      streams.put('c', ofLines(4_000));
      expect(known()).toEqual(['a', 'c']);
      streams.put('d', ofLines(20_000));
      expect(known()).toEqual(['d']);
      expect(streams.take('d')?.lineCount).toBe(20_000);
      for (const stream of ['a', 'b', 'c']) streams.put(stream, ofLines(3_000));
      expect(known()).toEqual(['a', 'b', 'c']);
      return Promise.resolve();
    }));
});
