import { expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { line, receipt, sale } from '../testing/messages.ts';
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

it('releases a line that waits for something else by now than when it was parked', async () => {
  const opened = await openJournal();
  const gtin = { scheme: 'gtin', value: '4' };
  await opened.putItem('TEA', { identifiers: [gtin] });
  await opened.tell(receipt('r1', [line({ identifier: gtin }, 1)], { location: 'moon' }));
  await opened.putItem('TEE', { identifiers: [gtin] });
  await opened.putLocation('moon');
  expect(opened.book.parkedCount()).toBe(1); // By now its identifier means two items.
  await opened.putItem('TEE');
  await opened.settle();
  expect(opened.book.parkedCount()).toBe(0);
  await opened.close();
});
