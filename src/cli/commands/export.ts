import { resolve } from 'node:path';
import type { FactRecorded } from '#inventory';
import type { Command } from '../command.ts';
import { toCloudEvent } from '../export/cloud-event.ts';
import { PatientLog } from '../patient-log.ts';
import { count, number } from '../terminal/words.ts';

interface ExportArgs {
  readonly path?: string;
}

interface Exported {
  readonly path?: string;
  readonly messages: number;
  /** The log position through which it goes. */
  readonly position: number;
}

/** Where facts are kept as they were told. */
const FACT_CATEGORIES = ['order', 'document', 'transfer'];

/** Every message in the order in which it was recorded, so that another OnHand can be told the same. */
export const exportCommand: Command<ExportArgs, Exported> = {
  prepare: ({ path }) => (path === undefined ? {} : { path: resolve(path) }),
  writesTo: ({ path }) => path,
  async run({ rooms }, { path }, { report, write, signal }) {
    const log = new PatientLog(rooms.store);
    const head = await log.head();
    let messages = 0;
    for (let after = 0; after < head;) {
      signal.throwIfAborted();
      const page = await log.readAll({ after, categories: FACT_CATEGORIES });
      const lines = page.events.flatMap(({ data }) =>
        'message' in data ? [lineOf(data as FactRecorded)] : [],
      );
      if (lines.length > 0) await write(lines.join(''));
      messages += lines.length;
      after = page.position;
      report({ step: 'exporting', done: after, total: head, unit: 'events' });
    }
    return { ...(path !== undefined && { path }), messages, position: head };
  },
  show({ path, messages, position }, page) {
    const where = path === undefined ? '' : ` in ${path}`;
    page.line(`${count(messages, 'message')}${where}, through position ${number(position)}.`);
  },
};

const lineOf = ({ message }: FactRecorded): string => `${JSON.stringify(toCloudEvent(message))}\n`;
