import { Client } from '../../src/cli/demo/client.ts';
import { Feed } from '../../src/cli/demo/feed.ts';
import { pause, Service } from '../e2e/service.ts';
import { between, type Random, randomOf } from '../fixtures/random.ts';
import { Caller } from './caller.ts';
import { findings, verifyFindings } from './findings.ts';
import { ITEMS, LOCATIONS, SCARCE, SCARCE_UNITS, Shopkeeper } from './shopkeeper.ts';
import { Tally } from './tally.ts';

interface TortureOptions {
  readonly kills: number;
  readonly seed: number;
  /** At once. Default 6. */
  readonly shopkeepers?: number;
  /** With the log on a server of its own, which is killed now and then too. */
  readonly onServer?: boolean;
  /** From its first answers to the kill, at most. Default 150. */
  readonly lifeMsMax?: number;
  readonly onKill?: (kills: number) => void;
}

interface TortureReport {
  readonly seed: number;
  readonly kills: number;
  /** Of them: before it was ready again. */
  readonly killsWhileStarting: number;
  readonly answered: number;
  readonly cutOff: number;
  readonly messages: number;
  readonly duplicates: number;
  readonly reservations: number;
  /** Numbers the feed's client heard. */
  readonly heard: number;
  readonly events: number;
  /** Everything that is not as it should be. Empty: every promise was kept. */
  readonly findings: readonly string[];
}

const SHOPKEEPERS = 6;
const LIFE_MS_MAX = 150;
const LIFE_ANSWERS_MIN = 3;
/** Every so many lives one ends while it begins. */
const STARTING_EVERY = 10;
/** Every so many lives the log's server is killed in it. */
const STORE_EVERY = 3;
const STARTING_MS_MAX = 1_500;
const OPENING_UNITS = 1_000_000;

/**
 * Kills a whole service (kill -9) again and again while shopkeepers work with it, and then holds everything it
 * says against what they wrote down.
 */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const service = await (options.onServer === true ? Service.startOnServer() : Service.start());
  const tally = new Tally();
  const caller = new Caller(service, tally);
  await openShop(caller, tally);
  const feed = new Feed(new Client(service.url), 'web');
  const names = Array.from({ length: options.shopkeepers ?? SHOPKEEPERS }, (_, index) => `s${index}`);
  let isOver = false;
  const working = Promise.all(
    names.map((name, index) => {
      const random = randomOf(options.seed * 1_000 + index);
      return new Shopkeeper({ name, caller, tally, random }).work(() => isOver);
    }),
  );
  try {
    const killsWhileStarting = await killAgainAndAgain(service, tally, options);
    isOver = true;
    await working;
    const found = await findings(service, tally, feed);
    const { body: status } = await service.get('/v1/status');
    feed.close();
    const exitCode = await service.end('SIGTERM');
    if (exitCode !== 0) found.push(`ended with ${exitCode} when it was told to stop`);
    found.push(...(await verifyFindings(service)));
    return {
      seed: options.seed,
      kills: options.kills,
      killsWhileStarting,
      answered: tally.answered,
      cutOff: tally.cutOff,
      messages: tally.accepted.length + tally.parked.length,
      duplicates: tally.duplicates,
      reservations: tally.reservations.size,
      heard: feed.heard,
      events: status.head,
      findings: found,
    };
  } finally {
    isOver = true;
    feed.close();
    await service.stop();
  }
}

async function killAgainAndAgain(service: Service, tally: Tally, options: TortureOptions): Promise<number> {
  const random = randomOf(options.seed);
  let whileStarting = 0;
  for (let kill = 1; kill <= options.kills; kill++) {
    if (kill % STARTING_EVERY === 0) whileStarting += await killWhileStarting(service, random);
    else {
      if (kill % STORE_EVERY === 0) await killStoreAtWork(service, tally);
      await killAtWork(service, tally, between(random, 0, options.lifeMsMax ?? LIFE_MS_MAX));
    }
    options.onKill?.(kill);
  }
  await service.run();
  return whileStarting;
}

/** Only once some was answered in this life: a service that does nothing proves nothing. */
async function killAtWork(service: Service, tally: Tally, afterMs: number): Promise<void> {
  if (!service.isRunning) await service.run();
  const before = tally.answered;
  while (tally.answered < before + LIFE_ANSWERS_MIN) await pause(1);
  await pause(afterMs);
  await service.end('SIGKILL');
}

/** The log's server, where there is one: the service lives on and takes up its work when it is back. */
async function killStoreAtWork(service: Service, tally: Tally): Promise<void> {
  const { store } = service;
  if (store === undefined) return;
  if (!service.isRunning) await service.run();
  const before = tally.answered;
  while (tally.answered === before) await pause(1);
  await store.send('SIGKILL');
  await store.run();
}

async function killWhileStarting(service: Service, random: Random): Promise<number> {
  await service.end('SIGKILL');
  const starting = service.run().catch(() => undefined);
  await pause(between(random, 0, STARTING_MS_MAX));
  await service.end('SIGKILL');
  await starting;
  return 1;
}

/** Two warehouses, a shop and a till, and more of everything than can be sold; of one thing too little. */
export async function openShop(caller: Caller, tally: Tally): Promise<void> {
  for (const id of LOCATIONS) await caller.ask('PUT', `/v1/locations/${id}`, { kind: 'warehouse' });
  await caller.ask('PUT', '/v1/sources/wms', { kind: 'warehouse' });
  await caller.ask('PUT', '/v1/channels/web', { kind: 'storefront', locations: LOCATIONS });
  await caller.ask('PUT', '/v1/channels/till', { kind: 'pos', locations: LOCATIONS });
  const stock = [...ITEMS.map((sku) => [sku, OPENING_UNITS] as const), [SCARCE, SCARCE_UNITS] as const];
  const lines = stock.map(([sku, quantity]) => ({ sku, quantity }));
  const data = { documentId: 'opening', location: 'east', lines };
  const time = new Date().toISOString();
  await caller.tell({ id: 'opening', source: 'wms', type: 'stock.received', time, data });
  for (const { sku, quantity } of lines) tally.of(sku).onHand += quantity;
  for (const [sku] of stock) await caller.expect([200], 'GET', `/v1/items/${sku}`);
}
