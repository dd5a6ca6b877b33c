import { count, number } from '../../terminal/words.ts';
import { MERCHANT } from '../merchant.ts';
import type { Stage } from '../stage.ts';
import { lateTill, newLamps, returns, shelfCount, transfer, unknownListing } from './afternoon.ts';
import { delivery, firstSales, lastLamp, morningOrders, parcel, soldTwice } from './morning.ts';
import { tellerOf } from './telling.ts';

/** Plays one day of Rosa's Kitchen. `day` is its date, such as 2026-11-20. */
export async function playDay(stage: Stage, day: string): Promise<void> {
  const fact = tellerOf(day);
  await setUp(stage);
  await delivery(stage, fact);
  await morningOrders(stage, fact);
  await firstSales(stage, fact);
  await parcel(stage, fact);
  await lastLamp(stage, fact);
  await soldTwice(stage, fact);
  await transfer(stage, fact);
  await unknownListing(stage, fact);
  await shelfCount(stage, fact);
  await lateTill(stage, fact);
  await returns(stage, fact);
  await newLamps(stage, fact);
  await networkRepeats(stage);
}

async function setUp(stage: Stage): Promise<void> {
  await stage.scene(
    '07:30',
    'Rosa sets up her shop',
    'Two warehouses and a shop floor; an online shop, a marketplace and a till. Eleven items, one of them a set made of others. ' +
      'Her rules: the marketplace keeps 2 pieces away from itself and never shows more than 25; of the pantry, 1 stays back.',
  );
  await stage.act(async () => {
    for (const { path, body } of MERCHANT) await stage.client.put(path, body);
  });
  stage.note(`Each of the ${number(stage.listings)} listings starts at 0: there are no goods yet.`);
}

async function networkRepeats(stage: Stage): Promise<void> {
  await stage.scene(
    '18:00',
    'The network stutters',
    `Everything sent today arrives once more, in reverse order: ${count(stage.facts.length, 'message')}.`,
  );
  const again = [...stage.facts].reverse();
  const { counts } = await stage.client.post<{ counts: Record<string, number> }>('/v1/events', again);
  stage.note(`${count(counts.duplicate ?? 0, 'duplicate')}, ${count(counts.accepted ?? 0, 'new message')}.`);
  if (counts.duplicate !== again.length)
    throw new Error('A repeated message was not recognised as a duplicate.');
  await stage.act(() => Promise.resolve());
}
