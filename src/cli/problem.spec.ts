import { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '#event-store';
import { StreamDamaged } from '#event-store/eventstoredb';
import { ReadModelFailed } from '#read-model';
import { exitCodeOf } from './exit-codes.ts';
import { problemOf } from './problem.ts';

/** A database that may grow no more, or may not be written: the errors are SQLite's own. */
function errorOf(pragma: string): unknown {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(`CREATE TABLE rows (text); PRAGMA ${pragma}`);
    database.exec("INSERT INTO rows VALUES (hex(zeroblob(100000))), ('x')");
    return undefined;
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
}

it.each([
  ['has no room', 'max_page_count = 2', 'STORE_FULL', 'The disk is full. Free some space and try again.'],
  ['may not be written', 'query_only = 1', 'INPUT_OUTPUT', /^The file system says: .*readonly/],
])('a file of ours that %s ends a command with 74, and is no bug', (_, pragma, code, detail) => {
  const problem = problemOf(errorOf(pragma));
  expect(problem).toMatchObject({ code });
  expect(problem.detail).toMatch(detail);
  expect(exitCodeOf(problem.code)).toBe(74);
});

it('a picture that is damaged, and a stream that was deleted, end a command with 74: nobody told anything wrong', () => {
  for (const fault of [new ReadModelFailed('picture.db'), new StreamDamaged('item-A', 'gone')])
    expect([fault.code, exitCodeOf(problemOf(fault).code)]).toEqual([fault.code, 74]);
});

it('what SQLite says of our own words to it is a bug', () => {
  expect(problemOf(errorOf('query_only = 0; SELECT nonsense'))).toMatchObject({ code: 'BUG' });
});

it('what lies behind a fault is told beside it, where it does not say it itself', () => {
  const cause = new Error('disk I/O error');
  const hintOf = (message: string): unknown => problemOf(new StoreUnavailable(message, { cause })).hint;
  expect(hintOf('The log has stopped after a failed write. Restart OnHand.')).toBe('disk I/O error');
  expect(hintOf('The log has stopped: disk I/O error.')).toBeUndefined();
});
