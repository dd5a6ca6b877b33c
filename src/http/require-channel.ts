import type { OnHand } from '../service.ts';
import { notThere, shown } from './problem.ts';

/** A path may name no channel that is not there: CHANNEL_UNKNOWN. */
export function requireChannel({ rooms }: OnHand, id: string): void {
  if (rooms.catalog.channel(id) === undefined)
    throw notThere(
      'CHANNEL_UNKNOWN',
      `There is no channel "${shown(id)}". Check the id, or define the channel first.`,
    );
}
