import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportResult } from '#catalog';
import { problemOf } from './problem.ts';

/** Results told at a time. */
const RESULTS_A_TURN = 500;

/**
 * The answer to an import, in pieces: a refused row is answered with many times the words that it had, so that the whole
 * of it may be some 100 MB. A piece is made when the one before has been taken.
 */
export async function* importAnswer(
  results: readonly ImportResult[],
  rowOf: (result: ImportResult) => number,
  instance: string,
): AsyncGenerator<string> {
  const counts = { created: 0, replaced: 0, unchanged: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  yield '{"results":[';
  for (let first = 0; first < results.length; first += RESULTS_A_TURN) {
    if (first > 0) yield ',';
    const piece = results.slice(first, first + RESULTS_A_TURN);
    yield piece.map((each) => JSON.stringify(shownResult(rowOf(each), each, instance))).join(',');
    await nextTurn();
  }
  yield `],"counts":${JSON.stringify(counts)}}`;
}

function shownResult(
  row: number,
  { kind, id, outcome, position, rejection }: ImportResult,
  instance: string,
): object {
  return {
    row,
    kind,
    ...(id !== undefined && { id }),
    outcome,
    ...(position !== undefined && { position }),
    ...(rejection && { error: problemOf([rejection], { instance }) }),
  };
}
