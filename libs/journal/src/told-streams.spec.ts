import { documentStream, emptyToldStream, evolveTold, FACT_EVENT_TYPES, type ToldStream } from '#inventory';
import { withStore } from '../../intake/testing/store.ts';
import { line, sale } from '../testing/messages.ts';
import { ToldStreams } from './told-streams.ts';

const ofLines = (lineCount: number): ToldStream => ({ ...emptyToldStream(), lineCount });

const knownOf = (streams: ToldStreams): string[] =>
  ['a', 'b', 'c', 'd', 'e'].filter((stream) => streams.has(stream));

/** A document of so many sales, each with lines that nobody waits for. */
function soldOften(facts: number, linesEach = 1): ToldStream {
  const told = emptyToldStream();
  for (let revision = 0; revision < facts; revision++) {
    const lines = Array.from({ length: linesEach }, () => line('MUG', 1));
    const message = sale('year', { id: `m${revision}` }, lines);
    const data = { message, lines: [], parked: [], entries: [], flags: [] };
    const event = { type: FACT_EVENT_TYPES['sale.completed'], data };
    evolveTold(told, event, { revision, position: revision + 1, recordedAt: 0 });
  }
  return told;
}

describe('the streams told of lately', () => {
  it('are remembered up to a number of lines: the one used longest ago is read again', () =>
    withStore((store) => {
      const streams = new ToldStreams(store);
      for (let used = 0; used < 9; used++) streams.put(`early-${used}`, ofLines(1_000));
      for (const stream of ['a', 'b']) streams.put(stream, ofLines(900));
      streams.put('a', streams.take('a')!);
      for (let used = 0; used < 9; used++) streams.put(`late-${used}`, ofLines(1_000));
      expect(knownOf(streams)).toEqual(['a']);
      return Promise.resolve();
    }));

  it('are kept apart if they are long: short ones push none out, and the newest stays however long it is', () =>
    withStore((store) => {
      const streams = new ToldStreams(store);
      streams.put('a', ofLines(20_000));
      streams.put('b', ofLines(15_000));
      for (let used = 0; used < 100; used++) streams.put(`short-${used}`, ofLines(1_000));
      expect(knownOf(streams)).toEqual(['a', 'b']);
      streams.put('c', ofLines(20_000));
      expect(knownOf(streams)).toEqual(['b', 'c']);
      streams.put('d', ofLines(50_000));
      expect(knownOf(streams)).toEqual(['d']);
      expect(streams.take('d')?.lineCount).toBe(50_000);
      return Promise.resolve();
    }));

  it('cost little if they are long documents: of facts that no decision needs, only names stay', () =>
    withStore((store) => {
      const streams = new ToldStreams(store);
      const stream = documentStream('pos', 'year');
      streams.put(stream, soldOften(200, 1_000));
      for (const other of ['a', 'b']) streams.put(other, ofLines(19_000));
      expect(streams.take(stream)).toMatchObject({ revision: 199, lineCount: 200_000, facts: [] });
      streams.put('order-web:o', soldOften(2_000));
      expect(streams.take('order-web:o')?.facts).toHaveLength(2_000);
      return Promise.resolve();
    }));
});
