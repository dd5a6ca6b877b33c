import { part } from '../ask.ts';
import type { Command } from '../command.ts';
import type { PageOf, TimelineRow } from '../show/answers.ts';
import { showTimeline } from '../show/timeline.ts';

interface TimelineArgs {
  readonly sku: string;
  readonly limit?: number;
  readonly cursor?: string;
}

export const timelineCommand: Command<TimelineArgs, PageOf<TimelineRow>> = {
  run: (_, { sku, limit, cursor }, { ask }) => ask(`/v1/items/${part(sku)}/timeline`, { limit, cursor }),
  show: showTimeline,
};
