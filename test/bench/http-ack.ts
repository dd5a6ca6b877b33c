/**
 * Requests answered a second, by turns, under the same client (autocannon, one request at a time on each of its
 * connections) with the same messages, each a sale with an id of its own:
 *
 * - OnHand as it is shipped, which answers when the message is durable, and meanwhile posts and publishes it;
 * - Nest on Express with a ValidationPipe of the same message, which stores nothing (`express-server.ts`).
 *
 * Both are processes of their own on the same machine; the client takes its share of it. Told beside is the
 * processor time of all of each process's threads for a request, which hardly depends on what else goes on.
 * Once with 64 connections and once with 256: who waits for the disk shares a commit with all that wait beside.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { atLeast, type Figure, inFolder, median, shown, type Size } from './figure.ts';
import { sale } from './merchant.ts';
import { startService, stop } from './service.ts';
import { stockOverHttp } from './stock-over-http.ts';

const CONNECTIONS = 64;
const MANY_CONNECTIONS = 256;
const ITEMS = 1_000;
const BASELINE = fileURLToPath(new URL('./express-server.ts', import.meta.url));

export async function httpAck({ isShort }: Size): Promise<Figure[]> {
  const seconds = isShort ? 1 : 5;
  const rounds = isShort ? 3 : 7;
  return inFolder(async (directory) => {
    const service = await startService(directory);
    await stockOverHttp(service.url, ITEMS);
    const baseline = spawn(process.execPath, ['--conditions=source', BASELINE], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [url] = (await once(baseline, 'message')) as [string];
    const both = { onhand: service.url, baseline: url };
    const cpuUs = { onhand: () => cpuOfService(service.url), baseline: () => cpuOfBaseline(baseline) };
    for (const target of Object.values(both)) await shoot({ url: target, connections: CONNECTIONS }, 1);
    const figures: Figure[] = [];
    for (const connections of [CONNECTIONS, MANY_CONNECTIONS]) {
      const shots = { onhand: [] as Shot[], baseline: [] as Shot[] };
      for (let round = 0; round < rounds; round++) {
        for (const who of ['onhand', 'baseline'] as const) {
          shots[who].push(await measured({ url: both[who], connections }, seconds, cpuUs[who]));
        }
      }
      figures.push(...figuresOf(shots, connections === CONNECTIONS ? '' : `-${connections}`));
    }
    await stop(baseline);
    await service.stop();
    return figures;
  });
}

function figuresOf(
  { onhand, baseline }: { readonly onhand: readonly Shot[]; readonly baseline: readonly Shot[] },
  suffix: string,
): Figure[] {
  const all = (shots: readonly Shot[], pick: keyof Shot): number => median(shots.map((shot) => shot[pick]));
  const ratio = median(onhand.map(({ rate }, round) => rate / baseline[round]!.rate));
  return [
    atLeast(`http-ack${suffix}`, ratio, '× Nest + Express', 2),
    shown(`http-ack-rate${suffix}`, all(onhand, 'rate'), 'requests/s'),
    shown(`http-ack-cpu${suffix}`, all(onhand, 'cpuUs'), 'µs/request'),
    shown(`nest-express-rate${suffix}`, all(baseline, 'rate'), 'requests/s'),
    shown(`nest-express-cpu${suffix}`, all(baseline, 'cpuUs'), 'µs/request'),
  ];
}

interface Shot {
  /** Requests a second. */
  readonly rate: number;
  /** Of each of them. */
  readonly cpuUs: number;
}

/** Where to, and over how many connections. */
interface Target {
  readonly url: string;
  readonly connections: number;
}

async function measured(target: Target, seconds: number, cpuUs: () => Promise<number>): Promise<Shot> {
  const before = await cpuUs();
  const { rate, requests } = await shoot(target, seconds);
  return { rate, cpuUs: ((await cpuUs()) - before) / requests };
}

async function cpuOfService(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)![1]) * 1e6;
}

async function cpuOfBaseline(baseline: ChildProcess): Promise<number> {
  baseline.send('cpu');
  const [used] = (await once(baseline, 'message')) as [number];
  return used;
}

let next = 0;

async function shoot(
  { url, connections }: Target,
  seconds: number,
): Promise<{ readonly rate: number; readonly requests: number }> {
  const result = await autocannon({
    url: `${url}/v1/events`,
    connections,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(sale(next++, ITEMS)) }) }],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers of ${url} were no.`);
  return { rate: result.requests.average, requests: result.requests.total };
}
