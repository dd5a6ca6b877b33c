import { verify, type VerifyReport } from '#history';
import { openReadModel, removeReadModel } from '../../adapters.module.ts';
import { openPicture } from '../../picture.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { PatientLog } from '../patient-log.ts';
import { number } from '../terminal/words.ts';

/** Everything derived is made once more, in a file of its own beside the live one, gone in the end. */
const FRESH_FILE = 'verify.db';

export const verifyCommand: Command<object, VerifyReport> = {
  async run(onhand, _, { report, signal }) {
    const { settings } = onhand;
    removeReadModel(settings.DATA_DIR, FRESH_FILE);
    const { projector, store } = onhand.rooms;
    const patient = new PatientLog(store);
    try {
      return await verify({
        store: patient,
        live: { hash: () => onhand.hashServed(), position: () => projector.position },
        openFresh: () => {
          const fresh = openReadModel(settings, FRESH_FILE);
          return { readModel: fresh, ...openPicture({ readModel: fresh, store: patient }) };
        },
        ...(onhand.integrityCheck && { checkFiles: onhand.integrityCheck }),
        onProgress: ({ step, done, of }) =>
          report({ step, ...(done !== undefined && { done }), ...(of !== undefined && { total: of }) }),
        signal,
      });
    } finally {
      removeReadModel(settings.DATA_DIR, FRESH_FILE);
    }
  },
  show({ ok, position, checks }, page) {
    for (const check of checks) {
      const mark = check.ok ? page.paint('green', '✓') : page.paint('red', '✗');
      page.line(`${mark} ${check.check} ${page.paint('dim', `(${number(check.looked)})`)}`);
      for (const finding of check.findings) page.line(`    ${finding}`);
      const more = check.wrong - check.findings.length;
      if (more > 0) page.line(`    and ${number(more)} more`);
    }
    page.line();
    const through = `through position ${number(position)}`;
    page.line(
      ok ? `Every promise is kept, ${through}.` : page.paint('red', `Not every promise is kept, ${through}.`),
    );
  },
  exitCode: ({ ok }) => (ok ? EXIT.done : EXIT.checkFailed),
};
