import type { Rebuilt } from '../../service.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { number } from '../terminal/words.ts';

/** Exits 1 where what was served was not what the log says: it is now. */
export const rebuildCommand: Command<object, Rebuilt> = {
  run: (onhand, _, { report }) =>
    onhand.rebuild((done, total) => report({ step: 'rebuilding', done, total, unit: 'events' })),
  show({ position, hash, wasRight }, page) {
    if (wasRight)
      page.line(`${page.paint('green', '✓')} Rebuilt from the log, and identical to the last bit.`);
    else
      page.line(
        `${page.paint('red', '✗')} The old data did not match the log. It has been replaced by the rebuilt data.`,
      );
    page.line(page.paint('dim', `position ${number(position)}, sha-256 ${hash}`));
  },
  exitCode: ({ wasRight }) => (wasRight ? EXIT.done : EXIT.checkFailed),
};
