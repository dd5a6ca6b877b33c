/**
 * What our adapter adds to EventStoreDB's client: appends of one event per second with 256 in flight, by the
 * client alone (all on one stream of messages, and on a call each), and through the adapter, in turns on one server. It is the
 * double in a process of its own, or the real one that EVENTSTORE_TEST_URL names.
 * Run it with `node --conditions=source test/bench/eventstoredb.ts [appends]`.
 */
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_STREAM } from '#event-store';
import { EventStoreDbEventStore } from '#event-store/eventstoredb';

const [APPENDS = 5_000] = process.argv.slice(2).map(Number);
const IN_FLIGHT = 256;
const ROUNDS = 3;
const REAL_SERVER = process.env['EVENTSTORE_TEST_URL'];
const TEXT = 'x'.repeat(330);

type Append = (stream: string) => Promise<unknown>;

async function main(): Promise<void> {
  const { url, stop } =
    REAL_SERVER === undefined ? await startDouble() : { url: REAL_SERVER, stop: () => {} };
  console.log(REAL_SERVER === undefined ? 'against the double' : 'against the server of EVENTSTORE_TEST_URL');
  for (let round = 1; round <= ROUNDS; round++) {
    const raw = await measure('client, one stream of messages', rawAppend(url, false));
    await measure('client, a call each', rawAppend(url, true));
    const store = await EventStoreDbEventStore.open({ url });
    const ours = await measure('adapter', (stream) =>
      store.append(stream, NO_STREAM, [{ id: randomUUID(), type: 'StockMoved', data: { note: TEXT } }]),
    );
    await store.close();
    console.log(`round ${round}: adapter / client ${(ours / raw).toFixed(2)}`);
  }
  stop();
  process.exit(0); // The client alone never closes its connection.
}

function rawAppend(url: string, isCallEach: boolean): Append {
  const client = EventStoreDBClient.connectionString(url);
  const options = {
    expectedRevision: 'no_stream' as const,
    ...(isCallEach && { credentials: { username: '-', password: '-' } }),
  };
  return (stream) =>
    client.appendToStream(stream, [jsonEvent({ type: 'StockMoved', data: { note: TEXT } })], options);
}

async function measure(name: string, append: Append): Promise<number> {
  const latencies: number[] = [];
  let left = APPENDS;
  const write = async (): Promise<void> => {
    while (left-- > 0) {
      const start = performance.now();
      await append(`item-${randomUUID()}`);
      latencies.push(performance.now() - start);
    }
  };
  await append(`item-${randomUUID()}`);
  const start = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
  const perSecond = APPENDS / ((performance.now() - start) / 1000);
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (part: number): string => latencies[Math.floor(latencies.length * part)]!.toFixed(0);
  const cpuUs = ((user + system) / APPENDS).toFixed(0);
  console.log(
    `${name.padEnd(32)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${at(0.5)} p99 ${at(0.99)} ms  ${cpuUs} µs CPU each`,
  );
  return perSecond;
}

async function startDouble(): Promise<{ url: string; stop: () => void }> {
  const double = fileURLToPath(new URL('../servers/eventstoredb/main.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--conditions=source', double], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout!, 'data')) as [Buffer];
  return { url: url.toString().trim(), stop: () => child.kill('SIGKILL') };
}

await main();
