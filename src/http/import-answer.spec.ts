import type { ImportResult } from '#catalog';
import { turnsDuring } from '../../libs/kernel/testing/turns-during.ts';
import { importAnswer } from './import-answer.ts';

const ROWS = 5_000;
const results = Array.from({ length: ROWS }, (_, index): ImportResult => {
  if (index % 2 === 0) return { index, kind: 'item', id: `S-${index}`, outcome: 'created', position: index };
  const rejection = { code: 'UNKNOWN_FIELD', detail: 'There is no such field here.' };
  return { index, kind: 'rejected', outcome: 'rejected', rejection };
});

it('answers many rows in pieces, which are none of them long, and leaves turns to others', async () => {
  const pieces: string[] = [];
  const take = async (): Promise<void> => {
    for await (const piece of importAnswer(results, ({ index }) => index + 2, 'r-1')) pieces.push(piece);
  };
  expect(await turnsDuring(take())).toBeGreaterThan(5);
  const text = pieces.join('');
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(text.length / 5);
  const answer = JSON.parse(text) as { results: object[]; counts: object };
  expect(answer.counts).toEqual({ created: ROWS / 2, replaced: 0, unchanged: 0, rejected: ROWS / 2 });
  expect(answer.results).toHaveLength(ROWS);
  expect(answer.results[0]).toEqual({ row: 2, kind: 'item', id: 'S-0', outcome: 'created', position: 0 });
  expect(answer.results[ROWS - 1]).toMatchObject({
    row: ROWS + 1,
    outcome: 'rejected',
    error: { code: 'UNKNOWN_FIELD', status: 400, instance: 'r-1' },
  });
});
