import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { verifyCommand } from '../../src/cli/commands/verify.ts';
import { readSettings } from '../../src/environment.ts';
import { HttpService } from '../../src/http-service.ts';
import { until } from '../fixtures/waiting.ts';
import { type Ask, askAt } from '../http/harness.ts';
import { eventsOf, putInto } from './kept-log.ts';

export interface Answered {
  readonly ask: string;
  readonly answer: unknown;
}

/** What decides whether a picture is kept across an upgrade or made anew. */
export interface KeptPicture {
  readonly hash: string;
  /** The version and the indexes of each shelf, by its name. */
  readonly shelves: Readonly<Record<string, string>>;
}

export interface Opened {
  readonly answers: readonly Answered[];
  readonly picture: KeptPicture;
  /** What `verify` finds wrong, in words. */
  readonly wrong: readonly string[];
  /** Whether the picture, made anew, is the one that was served. */
  readonly isSameRebuilt: boolean;
}

const INSIDE = {
  report: () => undefined,
  write: () => Promise.resolve(),
  ask: () => Promise.reject(new Error('It asks for nothing.')),
  signal: new AbortController().signal,
};

/** Opens the log with this version, a second after its newest event, and reads everything that can be read. */
export const openLog = (log: string): Promise<Opened> => withService(log, (service) => look(service, log));

/** Does the work on a service that has the log. Its clock stands still. */
export async function withService<Result>(
  log: string,
  work: (service: HttpService) => Promise<Result>,
): Promise<Result> {
  const parent = mkdtempSync(join(tmpdir(), 'onhand-old-'));
  const directory = join(parent, 'data');
  try {
    await putInto(directory, log);
    const now = eventsOf(log).at(-1)!.recordedAt + 1_000;
    // Without publishing, whose receipts would be new events.
    const settings = {
      DATA_DIR: directory,
      PORT: '0',
      AUTH: 'off',
      ROLES: 'http,intake,posting,availability',
    };
    const service = await HttpService.start(readSettings(settings), { clock: { now: () => now } });
    try {
      await untilAtRest(service);
      return await work(service);
    } finally {
      await service.stop();
    }
  } finally {
    rmSync(parent, { recursive: true });
  }
}

export const untilAtRest = ({ onhand }: HttpService): Promise<void> =>
  until(async () => {
    const { head, posted, projected } = await onhand.status();
    return head === posted && head === projected;
  }, 'at rest');

async function look({ onhand, url }: HttpService, log: string): Promise<Opened> {
  const ask = askAt(url);
  const answers: Answered[] = [];
  for (const path of [...(await pathsOf(ask)), ...ordersOf(log)]) {
    const { json } = await ask(`GET ${path}`);
    answers.push({ ask: path, answer: json });
  }
  const { checks } = await verifyCommand.run(onhand, {}, INSIDE);
  const wrong = checks.flatMap(({ check, ok, findings }) => (ok ? [] : [`${check}: ${findings.join('; ')}`]));
  const shelves = shelvesIn(onhand.settings.DATA_DIR);
  const { hash, wasRight } = await onhand.rebuild();
  return { answers, picture: { hash, shelves }, wrong, isSameRebuilt: wasRight };
}

function shelvesIn(directory: string): Record<string, string> {
  const database = new DatabaseSync(join(directory, 'picture.db'), { readOnly: true });
  const rows = database.prepare('SELECT name, signature FROM shelves ORDER BY name').all();
  database.close();
  return Object.fromEntries(rows.map(({ name, signature }) => [String(name), String(signature)]));
}

async function pathsOf(ask: Ask): Promise<string[]> {
  const listed = async (path: string, field: string): Promise<string[]> =>
    (await ask(`GET ${path}?limit=1000`)).json.items.map((item: any) => encodeURIComponent(item[field]));
  const items = await listed('/v1/items', 'sku');
  const channels = await listed('/v1/channels', 'id');
  const reservations = await listed('/v1/reservations', 'reservationId');
  const paths = ['locations', 'sources', 'channels', 'policies', 'parked', 'rejected', 'exceptions']
    .concat('completeness', 'reservations')
    .map((list) => `/v1/${list}?limit=1000`);
  for (const sku of items) paths.push(`/v1/items/${sku}`, `/v1/items/${sku}/timeline`);
  for (const channel of channels) {
    const numbers = `/v1/channels/${channel}/availability`;
    paths.push(`/v1/channels/${channel}/listings`, numbers);
    for (const listing of await listed(numbers, 'listing')) paths.push(`${numbers}/${listing}/explain`);
  }
  return paths.concat(reservations.map((id) => `/v1/reservations/${id}`));
}

/** No path lists orders: they are found in the log, each in its own stream. */
const ordersOf = (log: string): string[] =>
  [...new Set(eventsOf(log).map(({ stream }) => stream))].flatMap((stream) => {
    const [, channel, orderId] = /^order-([^:]+):(.+)$/.exec(stream) ?? [];
    return orderId === undefined ? [] : [`/v1/channels/${channel!}/orders/${encodeURIComponent(orderId)}`];
  });
