import { part } from '../ask.ts';
import type { Command } from '../command.ts';
import type { ExplainAnswer } from '../show/answers.ts';
import { showExplanation } from '../show/explain.ts';

interface ExplainArgs {
  readonly channel: string;
  readonly listing: string;
  readonly at?: string;
}

export const explainCommand: Command<ExplainArgs, ExplainAnswer> = {
  run: (_, { channel, listing, at }, { ask }) =>
    ask(`/v1/channels/${part(channel)}/availability/${part(listing)}/explain`, { knownAt: at }),
  show: showExplanation,
};
