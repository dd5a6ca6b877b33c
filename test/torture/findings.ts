import type { Feed } from '../../src/cli/demo/feed.ts';
import type { Service } from '../e2e/service.ts';
import { onHand } from '../fixtures/process.ts';
import { until } from '../fixtures/waiting.ts';
import type { Tally } from './tally.ts';

const BATCH_MESSAGES = 500;

/** Everything in which the service, at rest, differs from what was written down. */
export async function findings(service: Service, tally: Tally, feed: Feed): Promise<string[]> {
  await untilExpired(service, tally);
  await service.settle();
  return [
    ...tally.surprises,
    ...(await items(service, tally)),
    ...(await reservations(service, tally)),
    ...(await setUp(service, tally)),
    ...(await counts(service, tally)),
    ...(await heard(service, feed)),
    ...(await toldAgain(service, tally)),
  ];
}

/** Every hold that is to end by itself has ended, or has another end, which is found then. */
async function untilExpired(service: Service, tally: Tally): Promise<void> {
  for (const [id, state] of tally.reservations) {
    if (state !== 'expired') continue;
    const path = `/v1/reservations/${id}`;
    await until(async () => (await service.get(path)).body.state !== 'held', `${id} is over`);
  }
}

/** What `onhand verify` finds on the data it left. */
export async function verifyFindings({ env }: Pick<Service, 'env'>): Promise<string[]> {
  const { exitCode, stdout, stderr } = await onHand(['verify', '--json'], env);
  return exitCode === 0 ? [] : [`verify ended with ${exitCode}: ${stdout}${stderr}`];
}

const differs = (what: string, expected: unknown, got: unknown): string[] =>
  JSON.stringify(expected) === JSON.stringify(got)
    ? []
    : [`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`];

async function items(service: Service, tally: Tally): Promise<string[]> {
  const found: string[] = [];
  for (const [sku, sums] of tally.items()) {
    const { totals } = (await service.get(`/v1/items/${sku}`)).body;
    const { onHand, committed, reserved } = totals ?? {};
    found.push(...differs(sku, sums, { onHand, committed, reserved }));
  }
  return found;
}

async function reservations(service: Service, tally: Tally): Promise<string[]> {
  const found: string[] = [];
  for (const [id, state] of tally.reservations) {
    found.push(...differs(id, state, (await service.get(`/v1/reservations/${id}`)).body.state));
  }
  return found;
}

async function setUp(service: Service, tally: Tally): Promise<string[]> {
  const found: string[] = [];
  for (const [path, put] of tally.setUp) {
    const { body } = await service.get(path);
    for (const [field, value] of Object.entries(put)) found.push(...differs(path, value, body[field]));
  }
  return found;
}

/** Each message counted once as what it was, and every repeat that was answered. */
async function counts(service: Service, tally: Tally): Promise<string[]> {
  const { counts } = (await service.get('/v1/status')).body;
  const { received, accepted, duplicate, parked, rejected } = counts;
  const isBetween = duplicate >= tally.duplicates && duplicate <= tally.duplicates + tally.cutOff;
  return [
    ...differs('accepted', tally.accepted.length, accepted),
    ...differs('parked', tally.parked.length, parked),
    ...differs('rejected', 0, rejected),
    ...differs('received', received, accepted + duplicate + parked + rejected),
    ...(isBetween ? [] : [`duplicates: ${duplicate}, ${tally.duplicates} answered`]),
  ];
}

/** The feed's client ends with what the service says, and never heard an older number after a newer one. */
async function heard(service: Service, feed: Feed): Promise<string[]> {
  const numbers = new Map<string, unknown>();
  for (let cursor = ''; ;) {
    const { body } = await service.get(`/v1/channels/web/availability?limit=1000${cursor}`);
    for (const { listing, available, version } of body.items) numbers.set(listing, { available, version });
    if (body.next === null) break;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
  const wrong = (): string[] =>
    [...numbers].flatMap(([listing, number]) => {
      const told = feed.numbers.get(listing);
      return differs(`the feed's ${listing}`, number, told && pick(told));
    });
  await until(() => wrong().length === 0, 'the feed told every number').catch(() => undefined);
  return [...wrong(), ...(feed.stepsBack === 0 ? [] : [`the feed went back ${feed.stepsBack} times`])];
}

const pick = ({ available, version }: { available: number; version: number }): object => ({
  available,
  version,
});

/** Whatever was ever answered is known. */
async function toldAgain(service: Service, tally: Tally): Promise<string[]> {
  const found: string[] = [];
  const messages = [...tally.accepted, ...tally.parked];
  for (let from = 0; from < messages.length; from += BATCH_MESSAGES) {
    const { body } = await service.post('/v1/events', messages.slice(from, from + BATCH_MESSAGES));
    for (const { id, outcome } of body.results) {
      if (outcome !== 'duplicate') found.push(`${id} was answered, and now it is ${outcome}`);
    }
  }
  return found;
}
