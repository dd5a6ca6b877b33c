import type { AvailabilityBody } from '#publishing';
import { part } from '../ask.ts';
import type { Command } from '../command.ts';
import type { PageOf } from '../show/answers.ts';
import { showNumbers } from '../show/availability.ts';

interface AvailabilityArgs {
  readonly channel: string;
  readonly listing?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** One listing's number is the number itself, as in the API; a channel's are a page. */
export const availabilityCommand: Command<AvailabilityArgs, AvailabilityBody | PageOf<AvailabilityBody>> = {
  run(_, { channel, listing, limit, cursor }, { ask }) {
    const path = `/v1/channels/${part(channel)}/availability`;
    return listing === undefined ? ask(path, { limit, cursor }) : ask(`${path}/${part(listing)}`);
  },
  show: (result, page) => showNumbers('items' in result ? result : { items: [result], next: null }, page),
};
