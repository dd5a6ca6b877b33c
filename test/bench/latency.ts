/**
 * From accepted to published at half of what this machine can: first the chain's rate is measured, flat out;
 * then messages come at half of it, those of each millisecond as one body, whatever becomes of those before.
 * Accepted is when the journal has answered, published when the last fold, the hub, has the item's event of
 * that message. Of all messages after the first second.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { bodiesOf, MESSAGES_PER_BODY } from './chain.ts';
import { atMost, type Figure, inFolder, quantile, shown, type Size } from './figure.ts';
import { bytesOf, type Merchant, openMerchant, sale, stock } from './merchant.ts';

const ITEMS = 5_000;
/** What the journal takes at once: after a stall the rest goes with the next turns. */
const MESSAGES_MAX = 1_000;
const WARM_UP_MS = 1_000;
const BODIES_AT_ONCE = 40;

export async function latency({ isShort }: Size): Promise<Figure[]> {
  return inFolder(async (directory) => {
    const merchant = await openMerchant(directory, 'thread');
    await stock(merchant, ITEMS);
    const flatOut = await rateOf(merchant, isShort ? 10_000 : 40_000);
    const perSecond = flatOut / 2;
    const lags = await lagsAt(merchant, perSecond, isShort ? 4_000 : 15_000);
    await merchant.close();
    return [
      shown('half-load', perSecond, 'messages/s'),
      shown('accepted-to-published-p50', quantile(lags, 0.5), 'ms'),
      atMost('accepted-to-published-p99', quantile(lags, 0.99), 'ms', 15),
    ];
  });
}

async function rateOf(merchant: Merchant, messages: number): Promise<number> {
  const bodies = bodiesOf(messages, ITEMS);
  const start = performance.now();
  for (let first = 0; first < bodies.length; first += BODIES_AT_ONCE) {
    await Promise.all(bodies.slice(first, first + BODIES_AT_ONCE).map((body) => merchant.tell(body)));
    await merchant.settled();
  }
  return (bodies.length * MESSAGES_PER_BODY) / ((performance.now() - start) / 1_000);
}

/** Milliseconds from accepted to published of each message. */
export async function lagsAt(merchant: Merchant, perSecond: number, durationMs: number): Promise<number[]> {
  const acceptedAt = new Map<number, number>();
  const publishedAt = new Map<number, number>();
  const stop = new AbortController();
  const following = followItems(merchant, stop.signal, (journal) =>
    publishedAt.set(journal, performance.now()),
  );
  const start = performance.now();
  const telling: Promise<void>[] = [];
  for (let told = 0, now = start; now < start + durationMs; now = performance.now()) {
    const due = Math.min(MESSAGES_MAX, Math.floor(((now - start) / 1_000) * perSecond) - told);
    if (due > 0) {
      const body = bytesOf(Array.from({ length: due }, (_, index) => sale(1e6 + told + index, ITEMS)));
      told += due;
      const measure = now - start > WARM_UP_MS;
      const answered = merchant.tell(body).then((positions) => {
        const at = performance.now();
        if (measure) for (const position of positions) acceptedAt.set(position, at);
      });
      telling.push(answered);
    }
    await pause(1);
  }
  await Promise.all(telling);
  await merchant.settled();
  stop.abort();
  await following;
  return [...acceptedAt].map(([journal, at]) => Math.max(0, publishedAt.get(journal)! - at));
}

/** Tells of each message whose effect is in every fold, as soon as it is. */
async function followItems(
  { rooms, store }: Merchant,
  signal: AbortSignal,
  published: (journal: number) => void,
): Promise<void> {
  const waiting: { readonly position: number; readonly journal: number }[] = [];
  let next = 0;
  const publish = (): void => {
    while (next < waiting.length && waiting[next]!.position <= rooms.hub.position) {
      published(waiting[next++]!.journal);
    }
  };
  const stopFollowing = rooms.projector.onAdvance(publish);
  const pages = store.subscribe({ after: await store.head(), categories: ['item'] }, signal);
  for await (const { events } of pages) {
    for (const { position, data } of events) {
      waiting.push({ position, journal: (data as { journal: number }).journal });
    }
    publish();
  }
  stopFollowing();
}
