import type { JournalCounts } from '#journal';
import type { AvailabilityBody } from '#publishing';
import { count, number, printable } from '../terminal/words.ts';
import type { Explanation } from './answers.ts';
import { availableByHand } from './arithmetic.ts';
import type { Stage } from './stage.ts';

/** One thing that must hold at the end of the day. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** What was looked at, with its figures. */
  readonly detail: string;
}

/** What an outsider can check over the public API: nothing here trusts a number because OnHand says it. */
export async function proveTheDay(stage: Stage): Promise<readonly Check[]> {
  return [
    await everyMessageEndedOnce(stage),
    await everyNumberExplained(stage),
    await feedsEqualPulls(stage),
    versionsOnlyGrew(stage),
  ];
}

async function everyMessageEndedOnce(stage: Stage): Promise<Check> {
  const rows = await stage.client.all<JournalCounts>('/v1/completeness');
  const sum = (key: keyof JournalCounts): number => rows.reduce((total, row) => total + row[key], 0);
  const [received, accepted, duplicate, parked, rejected] = [
    sum('received'),
    sum('accepted'),
    sum('duplicate'),
    sum('parked'),
    sum('rejected'),
  ];
  const closes = rows.every(
    (row) => row.received === row.accepted + row.duplicate + row.parked + row.rejected,
  );
  return {
    name: 'Every message ended as exactly one thing',
    holds: closes && received === 2 * stage.facts.length, // Each was told twice.
    detail: `${number(received)} received = ${number(accepted)} accepted + ${number(duplicate)} duplicate + ${number(parked)} parked + ${number(rejected)} rejected`,
  };
}

async function everyNumberExplained(stage: Stage): Promise<Check> {
  const numbers = stage.feeds.flatMap((feed) => [...feed.numbers.values()]);
  const wrong: string[] = [];
  for (const { channel, listing, available } of numbers) {
    const path = `/v1/channels/${channel}/availability/${encodeURIComponent(listing)}/explain`;
    const explanation = await stage.client.get<Explanation>(path);
    const byHand = availableByHand(explanation);
    if (byHand !== available || explanation.available !== available) {
      wrong.push(`${channel} ${printable(listing)}: was told ${available}, but its terms make ${byHand}`);
    }
  }
  return {
    name: 'Every number is the sum of its terms',
    holds: wrong.length === 0,
    detail: wrong[0] ?? `${count(numbers.length, 'number')} recomputed independently from what explain says`,
  };
}

async function feedsEqualPulls(stage: Stage): Promise<Check> {
  const wrong: string[] = [];
  let compared = 0;
  for (const feed of stage.feeds) {
    const pulled = await stage.client.all<AvailabilityBody>(`/v1/channels/${feed.channel}/availability`);
    if (pulled.length !== feed.numbers.size)
      wrong.push(`${feed.channel} was told ${feed.numbers.size} listings of ${pulled.length}`);
    for (const told of pulled) {
      const heard = feed.numbers.get(told.listing);
      const same = heard?.available === told.available && heard.version === told.version;
      if (!same)
        wrong.push(
          `${feed.channel} ${printable(told.listing)}: was told ${heard?.available}, but a pull says ${told.available}`,
        );
      compared++;
    }
  }
  return {
    name: 'What the feeds said is what a pull answers',
    holds: wrong.length === 0,
    detail: wrong[0] ?? `${count(compared, 'listing')} of ${count(stage.feeds.length, 'channel')} compared`,
  };
}

function versionsOnlyGrew(stage: Stage): Check {
  const back = stage.feeds.reduce((sum, feed) => sum + feed.stepsBack, 0);
  return {
    name: 'No channel was ever told an older number',
    holds: back === 0,
    detail: back === 0 ? stage.summary() : `${count(back, 'version')} did not grow`,
  };
}
