import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRejection, type OrderLineView, totalsOf } from '#inventory';
import { readMessageText, toArrival } from '#intake';
import { toQuantity, toUnits } from '#kernel';
import { verifyCommand } from '../../src/cli/commands/verify.ts';
import { readSettings } from '../../src/environment.ts';
import { toChannel, toItem, toLocation, toPolicy, toSource } from '../../src/http/wire/setup-wire.ts';
import { OnHand } from '../../src/service.ts';
import { between, type Random, randomOf } from '../fixtures/random.ts';
import { until, WAIT_MS_MAX } from '../fixtures/waiting.ts';
import {
  type Day,
  DAY_BEGINS,
  type Fact,
  KNOWN_LOCATIONS,
  KNOWN_SKUS,
  type Request,
  type SetUp,
  shuffled,
} from './day.ts';
import { type OrderOutcome, type Outcome, sorted } from './naive.ts';

/** What came of a day that was played. */
interface Played {
  readonly outcome: Outcome;
  /** Held, of all that was asked for. */
  readonly held: number;
  readonly refused: number;
  readonly duplicates: number;
  readonly parked: number;
  /** What `verify` found wrong, in words. */
  readonly wrong: readonly string[];
  /** Whether everything made anew from the log is what was served. */
  readonly isSameRebuilt: boolean;
  /** Units still held when every deadline has passed. */
  readonly stillReserved: number;
}

type Step = { readonly fact: Fact } | { readonly request: Request } | { readonly setUp: SetUp };

const DAY_MS = 86_400_000;
const TOGETHER_MAX = 8;
const STEP_MS_MAX = 120_000;
/** So many of the facts. */
const TOLD_TWICE = 0.3;

/** Tells a day in the order that chance gives it, some of it twice, on a clock of its own. */
export async function play(day: Day, arrivalSeed: number): Promise<Played> {
  const directory = mkdtempSync(join(tmpdir(), 'onhand-'));
  const clock = new HandClock(DAY_BEGINS + DAY_MS);
  const onhand = await OnHand.open(readSettings({ DATA_DIR: directory }), { clock, publish: true });
  try {
    return await new Play(onhand, clock, randomOf(arrivalSeed)).run(day);
  } finally {
    await onhand.close();
    rmSync(directory, { recursive: true });
  }
}

/** Moves when it is told to. */
class HandClock {
  #now: number;

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  advance(ms: number): void {
    this.#now += ms;
  }
}

class Play {
  readonly #onhand: OnHand;
  readonly #clock: HandClock;
  readonly #random: Random;
  #held = 0;
  #refused = 0;
  readonly #outcomes = { accepted: 0, duplicate: 0, parked: 0, rejected: 0 };

  constructor(onhand: OnHand, clock: HandClock, random: Random) {
    this.#onhand = onhand;
    this.#clock = clock;
    this.#random = random;
  }

  async run(day: Day): Promise<Played> {
    await this.#open();
    const steps = this.#steps(day);
    while (steps.length > 0) {
      this.#clock.advance(between(this.#random, 0, STEP_MS_MAX));
      await Promise.all(
        steps.splice(0, between(this.#random, 1, TOGETHER_MAX)).map((step) => this.#take(step)),
      );
    }
    await this.#settle();
    this.#clock.advance(DAY_MS);
    await this.#untilExpired();
    if (this.#outcomes.rejected > 0) throw new Error(`${this.#outcomes.rejected} facts were rejected.`);
    const wrong = await this.#verify();
    return {
      outcome: await this.#outcome(day),
      held: this.#held,
      refused: this.#refused,
      duplicates: this.#outcomes.duplicate,
      parked: this.#outcomes.parked,
      wrong,
      isSameRebuilt: (await this.#onhand.rebuild()).wasRight,
      stillReserved: this.#reserved(),
    };
  }

  async #open(): Promise<void> {
    const { catalogDesk, projector, store } = this.#onhand.rooms;
    for (const id of KNOWN_LOCATIONS) {
      await accepted(catalogDesk.putLocation(toLocation(id, { kind: 'warehouse' })));
    }
    await accepted(catalogDesk.putSource(toSource('wms', { kind: 'warehouse', unknownItems: 'park' })));
    for (const id of ['web', 'till']) {
      await accepted(
        catalogDesk.putChannel(toChannel(id, { kind: 'storefront', locations: KNOWN_LOCATIONS })),
      );
    }
    for (const sku of KNOWN_SKUS) await accepted(catalogDesk.putItem(toItem(sku, {})));
    await projector.waitFor(await store.head(), WAIT_MS_MAX);
  }

  #steps({ facts, requests, setUp }: Day): Step[] {
    const again = facts.filter(() => this.#random() < TOLD_TWICE);
    return shuffled<Step>(this.#random, [
      ...[...facts, ...again].map((fact) => ({ fact })),
      ...requests.map((request) => ({ request })),
      ...setUp.map((put) => ({ setUp: put })),
    ]);
  }

  async #take(step: Step): Promise<void> {
    if ('fact' in step) await this.#tell(step.fact);
    else if ('request' in step) await this.#ask(step.request);
    else await this.#put(step.setUp);
  }

  async #tell({ at, ...message }: Fact): Promise<void> {
    const text = JSON.stringify({ ...message, time: new Date(at).toISOString() });
    const arrival = toArrival(readMessageText(text, this.#clock.now()));
    const [outcome] = await this.#onhand.rooms.journal.accept([arrival], { door: 'test' });
    this.#outcomes[outcome!.outcome]++;
  }

  async #ask(request: Request): Promise<void> {
    const { ledger } = this.#onhand.rooms;
    if (request.kind === 'adjust') {
      const { id, sku, location } = request;
      const asked = {
        adjustmentId: id,
        location,
        disposition: 'sellable',
        reason: 'looked',
        actor: 'Ana',
      } as const;
      const done = await ledger.corrections.adjust(sku, { ...asked, change: toQuantity(request.change)! });
      if (isRejection(done)) throw new Error(`An adjustment was refused: ${done.detail}`);
      return;
    }
    const held = await ledger.reservations.reserve({
      reservationId: request.id,
      channel: 'web',
      lines: request.lines.map(({ sku, quantity }) => ({ sku, quantity: toQuantity(quantity)! })),
      partial: false,
      expiresInSeconds: request.seconds,
    });
    if (isRejection(held)) this.#refused++;
    else this.#held++;
  }

  async #put(setUp: SetUp): Promise<void> {
    const { catalogDesk } = this.#onhand.rooms;
    switch (setUp.kind) {
      case 'item':
        return accepted(catalogDesk.putItem(toItem(setUp.sku, {})));
      case 'location':
        return accepted(catalogDesk.putLocation(toLocation(setUp.id, { kind: 'store' })));
      case 'policy':
        return accepted(catalogDesk.putPolicy(toPolicy(`item:${setUp.sku}`, { buffer: setUp.buffer })));
    }
  }

  async #settle(): Promise<void> {
    await until(async () => {
      const { head, posted, projected, published } = await this.#onhand.status();
      return head === posted && head === projected && head === published;
    }, 'at rest');
  }

  /** Deadlines have passed by the clock; ending the holds takes a moment of real time. */
  async #untilExpired(): Promise<void> {
    await until(() => this.#reserved() === 0, 'all holds over');
    await this.#settle();
  }

  #reserved(): number {
    const items = this.#onhand.rooms.picture.ledger.items({ limit: 100 });
    return toUnits(items.reduce((sum, { row }) => sum + totalsOf(row).reserved, 0));
  }

  async #outcome(day: Day): Promise<Outcome> {
    const { picture, journal } = this.#onhand.rooms;
    const onHand: Record<string, number> = {};
    const committed: Record<string, number> = {};
    for (const { key: sku, row } of picture.ledger.items({ limit: 100 })) {
      committed[sku] = toUnits(totalsOf(row).committed);
      for (const { location, stock } of row.places) {
        onHand[`${sku}@${location}`] = toUnits(stock.reduce((sum, one) => sum + one.onHand, 0));
      }
    }
    const orders: Record<string, OrderOutcome> = {};
    for (const { type, data } of day.facts) {
      if (type !== 'order.placed') continue;
      const { view } = (await journal.order('web', data.orderId!))!;
      orders[data.orderId!] = { status: view.status, lines: view.lines.map(inUnits) };
    }
    return { onHand: sorted(onHand), committed: sorted(committed), orders };
  }

  async #verify(): Promise<string[]> {
    const { checks } = await verifyCommand.run(
      this.#onhand,
      {},
      {
        report: () => undefined,
        write: () => Promise.resolve(),
        ask: () => Promise.reject(new Error('It asks for nothing.')),
        signal: new AbortController().signal,
      },
    );
    return checks.flatMap(({ check, ok, findings }) => (ok ? [] : [`${check}: ${findings.join('; ')}`]));
  }
}

async function accepted(putting: Promise<object>): Promise<void> {
  const put = await putting;
  if (isRejection(put)) throw new Error(`Set-up was refused: ${put.detail}`);
}

const inUnits = ({ ordered, shipped, cancelled, open }: OrderLineView): OrderOutcome['lines'][number] => ({
  ordered: toUnits(ordered),
  shipped: toUnits(shipped),
  cancelled: toUnits(cancelled),
  open: toUnits(open),
});
