import type { CommandName } from './commands/index.ts';
import type { Request } from './program.ts';

const AGAIN = 'Running the same command again starts from the beginning.';
const GOES_ON = 'Running the same command again continues from there.';

/** What stays of a command that was stopped before its end, and what to do about it. */
export function afterInterrupt(request: Request): string {
  switch (request.kind) {
    case 'data':
      return AFTER[request.name](request.args);
    case 'demo':
      return request.args.dir === undefined
        ? `Its data is removed. ${AGAIN}`
        : `What was played stays in ${request.args.dir}. Name another empty folder to play it again.`;
    case 'produce':
      return 'What was sent stays sent. Running the same command again sends everything; what was already sent counts as a duplicate.';
    case 'copy':
      return `What was copied is kept. ${GOES_ON}`;
    default:
      return AGAIN;
  }
}

type AfterData = (args: { readonly path?: string; readonly dryRun?: boolean }) => string;

const onlyAsked: AfterData = () => `Nothing was changed. ${AGAIN}`;
const perhapsMade: AfterData = () => 'It may have been done all the same: check with `onhand keys list`.';

const AFTER: Readonly<Record<CommandName, AfterData>> = {
  import: ({ dryRun }) =>
    dryRun === true
      ? `Nothing was stored: this was a dry run. ${AGAIN}`
      : 'What was acknowledged is kept. Running the same command again continues from there.',
  item: onlyAsked,
  availability: onlyAsked,
  explain: onlyAsked,
  timeline: onlyAsked,
  parked: onlyAsked,
  rejected: onlyAsked,
  rebuild: () => `A running service completes the rebuild on its own. ${AGAIN}`,
  verify: onlyAsked,
  export: ({ path }) =>
    path === undefined ? `What was written is incomplete. ${AGAIN}` : `No file was left behind. ${AGAIN}`,
  backup: ({ path }) => `A running service completes the backup on its own: look for ${path}. ${AGAIN}`,
  'keys-create': perhapsMade,
  'keys-list': onlyAsked,
  'keys-revoke': perhapsMade,
};
