/**
 * Requests answered a second, by turns, under the same client (autocannon, CONNECTIONS connections, one request
 * at a time on each) with the same messages, each a sale with an id of its own:
 *
 * - OnHand as it is shipped, which answers when the message is durable, and meanwhile posts and publishes it;
 * - Nest on Express with a ValidationPipe of the same message, which stores nothing (`express-server.ts`).
 *
 * Both are processes of their own on the same machine; the client takes its share of it.
 */
import { spawn } from 'node:child_process';
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
    const rates = { onhand: [] as number[], baseline: [] as number[] };
    await shoot(service.url, 1);
    await shoot(url, 1);
    for (let round = 0; round < rounds; round++) {
      rates.onhand.push(await shoot(service.url, seconds));
      rates.baseline.push(await shoot(url, seconds));
    }
    await stop(baseline);
    await service.stop();
    const ratio = median(rates.onhand.map((rate, round) => rate / rates.baseline[round]!));
    return [
      atLeast('http-ack', ratio, '× Nest + Express', 2),
      shown('http-ack-rate', median(rates.onhand), 'requests/s'),
      shown('nest-express-rate', median(rates.baseline), 'requests/s'),
    ];
  });
}

let next = 0;

async function shoot(url: string, seconds: number): Promise<number> {
  const result = await autocannon({
    url: `${url}/v1/events`,
    connections: CONNECTIONS,
    duration: seconds,
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json' },
    requests: [{ setupRequest: (request) => ({ ...request, body: JSON.stringify(sale(next++, ITEMS)) }) }],
  });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx} answers of ${url} were no.`);
  return result.requests.average;
}
