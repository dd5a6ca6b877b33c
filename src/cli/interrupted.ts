import type { CommandName } from './commands/index.ts';
import type { Request } from './program.ts';

const AGAIN = 'The same command again begins anew.';
const GOES_ON = 'The same command again goes on from there.';

/** What stays of a command that was stopped before its end, and what to do about it. */
export function afterInterrupt(request: Request): string {
  switch (request.kind) {
    case 'data':
      return AFTER[request.name](request.args);
    case 'demo':
      return request.args.dir === undefined
        ? `Its data is removed. ${AGAIN}`
        : `What it has played stays in ${request.args.dir}: name another empty folder to play it anew.`;
    case 'produce':
      return 'What was sent stays sent: the same command again sends all of it, and what was there is taken as a duplicate.';
    case 'copy':
      return `What is copied stays. ${GOES_ON}`;
    default:
      return AGAIN;
  }
}

type AfterData = (args: { readonly path?: string; readonly dryRun?: boolean }) => string;

const onlyAsked: AfterData = () => `Nothing was changed. ${AGAIN}`;
const perhapsMade: AfterData = () => 'It may be done all the same: `onhand keys list` says so.';

const AFTER: Readonly<Record<CommandName, AfterData>> = {
  import: ({ dryRun }) =>
    dryRun === true
      ? `Nothing was stored: this was a dry run. ${AGAIN}`
      : 'What was acknowledged is kept: the same command again goes on from there.',
  item: onlyAsked,
  availability: onlyAsked,
  explain: onlyAsked,
  timeline: onlyAsked,
  parked: onlyAsked,
  rejected: onlyAsked,
  rebuild: () => `A running service brings a rebuild to its end by itself. ${AGAIN}`,
  verify: onlyAsked,
  export: ({ path }) =>
    path === undefined
      ? `What was written is only the beginning. ${AGAIN}`
      : `No file is left behind. ${AGAIN}`,
  backup: ({ path }) => `A running service brings a backup to its end by itself: look for ${path}. ${AGAIN}`,
  'keys-create': perhapsMade,
  'keys-list': onlyAsked,
  'keys-revoke': perhapsMade,
};
