/** Fills the small disk under a running service, makes room again, and tells how it bore it: `directory`. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../src/cli/demo/client.ts';
import { Feed } from '../../src/cli/demo/feed.ts';
import { type Answer, Service } from '../e2e/service.ts';
import { randomOf } from '../fixtures/random.ts';
import { until } from '../fixtures/waiting.ts';
import { Caller } from './caller.ts';
import { findings, verifyFindings } from './findings.ts';
import { Shopkeeper } from './shopkeeper.ts';
import { Tally } from './tally.ts';
import { openShop } from './torture.ts';

const TRIES = 3;
/** Of two shopkeepers, each time they work. */
const ANSWERS = 200;
const PAGE = Buffer.alloc(4_096, 1);

let filling = 0;
const disk = process.argv[2]!;
const ballast = join(disk, 'ballast');
const service = await Service.startIn(join(disk, 'data'));
const tally = new Tally();
const caller = new Caller(service, tally);
await openShop(caller, tally);
const feed = new Feed(new Client(service.url), 'web');

await work('before');
const acceptedBefore = tally.accepted.length;
const refusals = await everyWayToWrite();
const readsWhenFull = await reads();
rmSync(ballast);
await untilTaken();
await work('after');
const wasSameProcess = service.isRunning;
const found = await findings(service, tally, feed);
feed.close();
await service.end('SIGTERM');
found.push(...(await verifyFindings(service)));
const acceptedAfter = tally.accepted.length - acceptedBefore;
const result = { acceptedBefore, acceptedAfter, refusals, readsWhenFull, wasSameProcess, findings: found };
process.stdout.write(JSON.stringify(result));
process.exit();

async function work(name: string): Promise<void> {
  const enough = tally.answered + ANSWERS;
  const keepers = [1, 2].map((seed) => {
    return new Shopkeeper({ name: `${name}${seed}`, caller, tally, random: randomOf(seed) });
  });
  await Promise.all(keepers.map((keeper) => keeper.work(() => tally.answered >= enough)));
}

/** To the last page, while the service writes as well: what it carries over or begins anew gives room again. */
function fillDisk(): void {
  try {
    for (;;) appendFileSync(ballast, PAGE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

function message(id: string): object {
  const data = { documentId: id, location: 'east', lines: [{ sku: 'MUG', quantity: 1 }] };
  return { id, source: 'wms', type: 'stock.received', time: new Date().toISOString(), data };
}

/** What was allotted before may still be filled. What is taken meanwhile counts. */
async function untilRefused(): Promise<void> {
  for (;;) {
    fillDisk();
    const told = message(`filling-${filling++}`);
    const { status, body } = await service.post('/v1/events', told);
    if (status === 507) return;
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    take(told);
  }
}

/** Known to be refused before: whatever is taken here was not told to be taken. */
async function everyWayToWrite(): Promise<Record<string, Record<string, number>>> {
  const ways: Record<string, (id: string) => Promise<Answer>> = {
    message: (id) => service.post('/v1/events', message(id)),
    batch: (id) => service.post('/v1/events', [message(`${id}-a`), message(`${id}-b`)]),
    reservation: (id) =>
      service.post('/v1/reservations', {
        reservationId: id,
        channel: 'web',
        lines: [{ sku: 'MUG', quantity: 1 }],
        expiresInSeconds: 60,
      }),
    adjustment: (id) =>
      service.post('/v1/items/MUG/adjustments', {
        adjustmentId: id,
        location: 'east',
        change: 1,
        reason: 'found',
        actor: 'Ana',
      }),
    'set-up': (id) => service.put(`/v1/items/${id}`, { name: id }),
  };
  const refused: Record<string, Record<string, number>> = {};
  for (const [name, way] of Object.entries(ways)) {
    const seen: Record<string, number> = (refused[name] = {});
    for (let number = 0; number < TRIES; number++) {
      await untilRefused();
      const { status, body } = await way(`refused-${name}-${number}`);
      const answer = `${status} ${body.code}`;
      seen[answer] = (seen[answer] ?? 0) + 1;
    }
  }
  return refused;
}

async function reads(): Promise<number[]> {
  const paths = [
    '/v1/items/MUG',
    '/v1/channels/web/availability',
    '/v1/items/MUG/timeline',
    '/v1/status',
    '/v1/channels/web/availability/MUG/explain',
  ];
  const answers = [];
  for (const path of paths) answers.push((await service.get(path)).status);
  return answers;
}

async function untilTaken(): Promise<void> {
  const told = message('room-again');
  await until(async () => (await service.post('/v1/events', told)).status === 201, 'there is room');
  take(told);
}

function take(told: object): void {
  tally.accepted.push(told as Tally['accepted'][number]);
  tally.of('MUG').onHand += 1;
}
