import { expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { line, sale } from '../testing/messages.ts';
import { openJournal } from '../testing/opened-journal.ts';
import { Releaser } from './releaser.ts';

/** More than ten times what is tried at once. */
const WAITING = 700;

it('tries what waits, however much it is, in turns with everything else', async () => {
  const opened = await openJournal();
  await opened.tell(
    ...Array.from({ length: WAITING }, (_, index) => sale(`s${index}`, {}, [line('GHOST', 1)])),
  );
  await opened.settle();
  expect(opened.book.parkedCount()).toBe(WAITING);

  const catalog = { changeAt: () => undefined };
  const releaser = new Releaser({ journal: opened.another(), book: opened.book, catalog });
  const stop = new AbortController();
  const running = releaser.run(stop.signal); // As after a restart: it tries all.
  let turns = 0;
  for (; !releaser.isAtRest && turns < WAITING; turns++) await nextTurn();
  expect(turns).toBeGreaterThan(10);
  stop.abort();
  await running;
  await opened.close();
});
