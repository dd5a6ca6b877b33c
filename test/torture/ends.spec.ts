import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, pause, Service } from '../e2e/service.ts';
import { NO_COMPLAINT } from '../fixtures/command-line.ts';
import { onHand } from '../fixtures/process.ts';
import { randomOf } from '../fixtures/random.ts';
import { until } from '../fixtures/waiting.ts';
import { Caller } from './caller.ts';
import { verifyFindings } from './findings.ts';
import { Shopkeeper } from './shopkeeper.ts';
import { Tally } from './tally.ts';
import { openShop } from './torture.ts';

/** How a service that is at work ends, is copied and is made anew: as its owner sees it, from outside. */
const SLOW_MS = 120_000;

let service: Service;
let tally: Tally;
let caller: Caller;
const others: string[] = [];
const folder = (name: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'onhand-')), name);
  others.push(join(path, '..'));
  return path;
};

beforeEach(async () => {
  service = await Service.start();
  tally = new Tally();
  caller = new Caller(service, tally);
  await openShop(caller, tally);
}, SLOW_MS);
afterEach(async () => {
  await service.stop();
  for (const path of others.splice(0)) rmSync(path, { recursive: true, force: true });
}, SLOW_MS);

/** Shopkeepers at work until `end` is called, which waits for the last of them. */
function work(): { readonly end: () => Promise<void> } {
  let isOver = false;
  const working = [1, 2, 3].map((seed) => {
    const keeper = new Shopkeeper({ name: `s${seed}`, caller, tally, random: randomOf(seed) });
    return keeper.work(() => isOver);
  });
  return {
    end: async () => {
      isOver = true;
      await Promise.all(working);
    },
  };
}

/** So many more to shopkeepers at work. */
function answers(count: number): Promise<void> {
  const enough = tally.answered + count;
  return until(() => tally.answered >= enough, `${count} more answers`);
}

interface Stormed {
  readonly surprises: string[];
  readonly acknowledged: string[];
  /** Their connection was closed before they had an answer, by a service that cannot have heard them. */
  readonly unheard: string[];
}

const receive = (id: string): Promise<Answer> => {
  const data = { documentId: id, location: 'east', lines: [{ sku: 'MUG', quantity: 1 }] };
  return service.tell('wms', 'stock.received', data, { id, time: '2026-11-01T08:00:00Z' });
};

/** Sends messages as fast as it can, and notes what becomes of each, until it is sent away. */
async function storm(name: string, { surprises, acknowledged, unheard }: Stormed): Promise<void> {
  for (let number = 0; ; number++) {
    const id = `storm-${name}-${number}`;
    try {
      const { status, headers } = await receive(id);
      if (status === 201) acknowledged.push(id);
      else {
        if (status !== 503 || headers.get('retry-after') === null) surprises.push(`${status}`);
        return;
      }
    } catch (error) {
      const { code } = (error as { cause: { code: string } }).cause;
      if (code !== 'ECONNREFUSED') unheard.push(id);
      return;
    }
  }
}

it(
  'lets one process have the data: a second ends with 73, and the first does not notice',
  async () => {
    const { exitCode, stderr } = await onHand(['start'], { DATA_DIR: service.directory, PORT: '0' });
    expect([exitCode, stderr]).toEqual([73, expect.stringContaining('DATA_DIRECTORY_LOCKED')]);
    expect((await service.get('/v1/items/MUG')).status).toBe(200);
  },
  SLOW_MS,
);

it(
  'SIGTERM under load: whoever is in is answered, the others hear 503, it ends with 0 and has kept all',
  async () => {
    const stormed: Stormed = { surprises: [], acknowledged: [], unheard: [] };
    const { surprises, acknowledged, unheard } = stormed;
    const storms = Array.from({ length: 8 }, (_, index) => storm(`${index}`, stormed));
    await until(() => acknowledged.length >= 50, 'they are at it');
    // Had it run out of the time it gives itself, it would have ended with 1.
    expect(await service.end('SIGTERM')).toBe(0);
    await Promise.all(storms);
    expect(surprises).toEqual([]);
    await service.run();
    await service.settle();
    const { totals } = (await service.get('/v1/items/MUG')).body;
    expect(totals.onHand).toBe(tally.of('MUG').onHand + acknowledged.length);
    for (const id of unheard) expect((await receive(id)).body.outcome).toBe('accepted');
  },
  SLOW_MS,
);

it(
  'a second signal ends it at once, and nothing is lost by that',
  async () => {
    const load = work();
    await answers(50);
    // A feed that is open holds nobody up, and a body that never comes would, for a while.
    void fetch(`${service.url}/v1/channels/web/feed`).catch(() => undefined);
    const [first, second] = await Promise.all([service.end('SIGTERM'), service.end('SIGINT')]);
    expect([0, null, 130, 143]).toContain(first);
    expect(second).toBe(first);
    await service.run();
    await load.end();
    await service.end('SIGTERM');
    expect([...tally.surprises, ...(await verifyFindings(service))]).toEqual([]);
  },
  SLOW_MS,
);

it(
  'a terminal that closes, and says so twice, ends it in order',
  async () => {
    const ends = await Promise.all([service.end('SIGHUP'), service.end('SIGHUP')]);
    expect(ends).toEqual([0, 0]);
    expect(readdirSync(service.directory)).not.toContain('service.json');
  },
  SLOW_MS,
);

it(
  'a reader who has stopped reading its words keeps it neither from working nor from ending',
  async () => {
    await service.end('SIGTERM');
    const reader = spawn('sleep', ['600'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      await service.run({ LOG_LEVEL: 'trace' }, reader.stdin);
      const load = work();
      // Each answer is a line: some thousand fill what lies between the two.
      for (let round = 0; round < 150; round++) {
        await Promise.all(Array.from({ length: 20 }, () => service.get('/v1/status')));
      }
      await load.end();
      expect(tally.surprises).toEqual([]);
      await service.settle();
      expect(await service.end('SIGTERM')).toBe(0);
    } finally {
      reader.kill('SIGKILL');
    }
  },
  SLOW_MS,
);

it(
  'a backup under load is restored elsewhere, and every promise holds there',
  async () => {
    const load = work();
    await answers(50);
    const [copy, restored] = [folder('copy.db'), folder('restored')];
    const backup = await onHand(['backup', copy, '--json'], { DATA_DIR: service.directory });
    expect(backup).toMatchObject({ exitCode: 0, stderr: NO_COMPLAINT });
    const { position } = JSON.parse(backup.stdout);
    await answers(50);
    await load.end();
    expect((await service.get('/v1/status')).body.head).toBeGreaterThan(position);
    expect(await onHand(['restore', copy], { DATA_DIR: restored })).toMatchObject({ exitCode: 0 });
    expect(await verifyFindings({ env: { DATA_DIR: restored } })).toEqual([]);
    // Never over data that is there.
    const over = await onHand(['restore', copy], { DATA_DIR: service.directory });
    expect(over.exitCode).not.toBe(0);
    expect(tally.surprises).toEqual([]);
  },
  SLOW_MS,
);

it(
  'a rebuild under load fails no read, and one that is killed leaves what serves as it was',
  async () => {
    const load = work();
    const reads: number[] = [];
    let isOver = false;
    const reading = (async () => {
      while (!isOver) reads.push((await caller.ask('GET', '/v1/channels/web/availability')).status);
    })();
    for (let round = 0; round < 2; round++) {
      const rebuilding = onHand(['rebuild'], { DATA_DIR: service.directory });
      await pause(randomOf(round)() * 1_000);
      await service.end('SIGKILL');
      await rebuilding;
      await service.run();
    }
    expect(await onHand(['rebuild'], { DATA_DIR: service.directory })).toMatchObject({ exitCode: 0 });
    await load.end();
    isOver = true;
    await reading;
    expect(new Set(reads)).toEqual(new Set([200]));
    await service.settle();
    expect((await service.get('/v1/items/MUG')).body.totals.onHand).toBe(tally.of('MUG').onHand);
    await service.end('SIGTERM');
    expect([...tally.surprises, ...(await verifyFindings(service))]).toEqual([]);
  },
  SLOW_MS,
);
