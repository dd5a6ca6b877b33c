import type { Command } from '../command.ts';
import type { PageOf, QuarantineRow } from '../show/answers.ts';
import { showQuarantine } from '../show/quarantine.ts';

interface PageArgs {
  readonly limit?: number;
  readonly cursor?: string;
}

export const parkedCommand: Command<PageArgs, PageOf<QuarantineRow>> = {
  run: (_, { limit, cursor }, { ask }) => ask('/v1/parked', { limit, cursor }),
  show: (rows, page) =>
    showQuarantine(rows, page, 'Nothing is parked: every line has found its item and location.'),
};

export const rejectedCommand: Command<PageArgs, PageOf<QuarantineRow>> = {
  run: (_, { limit, cursor }, { ask }) => ask('/v1/rejected', { limit, cursor }),
  show: (rows, page) => showQuarantine(rows, page, 'Nothing has been rejected.'),
};
