/**
 * Requests answered a second, by turns, under the same client (autocannon, CONNECTIONS connections, one request
 * at a time on each) with the same messages, each a sale with an id of its own:
 *
 * - OnHand as it is shipped, which answers when the message is durable, and meanwhile posts and publishes it;
 * - Nest on Express with a ValidationPipe of the same message, which stores nothing (`express-server.ts`).
 *
 * Both are processes of their own on the same machine; the client takes its share of it. Told beside is the
 * processor time of all of each process's threads for a request, which hardly depends on what else goes on.
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
const ITEMS = 1_000;
const BASELINE = fileURLToPath(new URL('./express-server.ts', import.meta.url));

export async function httpAck({ isShort }: Size): Promise<Figure[]> {
  const seconds = isShort ? 2 : 5;
  const rounds = isShort ? 3 : 7;
  return inFolder(async (directory) => {
    const service = await startService(directory);
    await stockOverHttp(service.url, ITEMS);
    const baseline = spawn(process.execPath, ['--conditions=source', BASELINE], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [url] = (await once(baseline, 'message')) as [string];
    const shots = { onhand: [] as Shot[], baseline: [] as Shot[] };
    await shoot(service.url, 1);
    await shoot(url, 1);
    for (let round = 0; round < rounds; round++) {
      shots.onhand.push(await measured(service.url, seconds, () => cpuOfService(service.url)));
      shots.baseline.push(await measured(url, seconds, () => cpuOfBaseline(baseline)));
    }
    await stop(baseline);
    await service.stop();
    const all = (who: keyof typeof shots, pick: keyof Shot): number =>
      median(shots[who].map((shot) => shot[pick]));
    const ratio = median(shots.onhand.map(({ rate }, round) => rate / shots.baseline[round]!.rate));
    return [
      atLeast('http-ack', ratio, '× Nest + Express', 2),
      shown('http-ack-rate', all('onhand', 'rate'), 'requests/s'),
      shown('http-ack-cpu', all('onhand', 'cpuUs'), 'µs/request'),
      shown('nest-express-rate', all('baseline', 'rate'), 'requests/s'),
      shown('nest-express-cpu', all('baseline', 'cpuUs'), 'µs/request'),
    ];
  });
}

interface Shot {
  /** Requests a second. */
  readonly rate: number;
  /** Of each of them. */
  readonly cpuUs: number;
}

async function measured(url: string, seconds: number, cpuUs: () => Promise<number>): Promise<Shot> {
  const before = await cpuUs();
  const { rate, requests } = await shoot(url, seconds);
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
  url: string,
  seconds: number,
): Promise<{ readonly rate: number; readonly requests: number }> {
  const result = await autocannon({
    url: `${url}/v1/events`,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(sale(next++, ITEMS)) }) }],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers of ${url} were no.`);
  return { rate: result.requests.average, requests: result.requests.total };
}
