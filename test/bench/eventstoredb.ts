/**
 * What our adapter adds to EventStoreDB's client: appends of one event per second with 256 in flight, by the
 * client alone (all on one stream of messages, and on a call each), and through the adapter, by turns on one
 * server, each in a process of its own. The server is the double, also in a process of its own, or the real one
 * that EVENTSTORE_TEST_URL names.
 * Run it with `node --conditions=source test/bench/eventstoredb.ts [appends]`.
 */
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NO_STREAM } from '#event-store';
import { EventStoreDbEventStore } from '#event-store/eventstoredb';

const IN_FLIGHT = 256;
const ROUNDS = 3;
const WARM_UP = 2_000;
const REAL_SERVER = process.env['EVENTSTORE_TEST_URL'];
const TEXT = 'x'.repeat(330);
const MODES = ['client', 'call each', 'adapter'] as const;
type Mode = (typeof MODES)[number];
type Append = (stream: string) => Promise<unknown>;

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

async function main(appends: number): Promise<void> {
  const { url, stop } =
    REAL_SERVER === undefined ? await startDouble() : { url: REAL_SERVER, stop: () => {} };
  console.log(REAL_SERVER === undefined ? 'against the double' : 'against the server of EVENTSTORE_TEST_URL');
  for (let round = 1; round <= ROUNDS; round++) {
    const [client, , adapter] = MODES.map((mode) => show(mode, run(mode, url, appends)));
    const rate = (adapter!.perSecond / client!.perSecond).toFixed(2);
    const cpu = (client!.cpuUs / adapter!.cpuUs).toFixed(2);
    console.log(`round ${round}: adapter / client ${rate} (by processor time ${cpu})`);
  }
  stop();
}

function run(mode: Mode, url: string, appends: number): Measured {
  const words = ['--conditions=source', fileURLToPath(import.meta.url), String(appends), mode, url];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as Measured;
}

function show(mode: Mode, measured: Measured): Measured {
  const { perSecond, p50Ms, p99Ms, cpuUs } = measured;
  const rate = perSecond.toFixed(0).padStart(6);
  console.log(`${mode.padEnd(10)} ${rate}/s  p50 ${p50Ms} p99 ${p99Ms} ms  ${cpuUs} µs CPU each`);
  return measured;
}

async function measureOne(appends: number, mode: Mode, url: string): Promise<void> {
  const store = mode === 'adapter' ? await EventStoreDbEventStore.open({ url }) : undefined;
  const event = () => ({ id: randomUUID(), type: 'StockMoved', data: { note: TEXT } });
  const append: Append = store
    ? (stream) => store.append(stream, NO_STREAM, [event()])
    : rawAppend(url, mode === 'call each');
  await measure(append, WARM_UP);
  console.log(JSON.stringify(await measure(append, appends)));
  process.exit(0); // The client alone never closes its connection.
}

/** The client alone, all on one stream of messages. */
export async function measureClient(url: string, appends: number): Promise<Measured> {
  const append = rawAppend(url, false);
  await measure(append, WARM_UP);
  return measure(append, appends);
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

async function measure(append: Append, appends: number): Promise<Measured> {
  const latencies: number[] = [];
  let left = appends;
  const write = async (): Promise<void> => {
    while (left-- > 0) {
      const start = performance.now();
      await append(`bench-${randomUUID()}`);
      latencies.push(performance.now() - start);
    }
  };
  await append(`bench-${randomUUID()}`);
  const start = performance.now();
  const cpu = process.cpuUsage();
  await Promise.all(Array.from({ length: IN_FLIGHT }, write));
  const perSecond = appends / ((performance.now() - start) / 1000);
  const { user, system } = process.cpuUsage(cpu);
  latencies.sort((a, b) => a - b);
  const at = (part: number): number => Math.round(latencies[Math.floor(latencies.length * part)]!);
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), cpuUs: Math.round((user + system) / appends) };
}

export async function startDouble(): Promise<{ url: string; stop: () => void }> {
  const double = fileURLToPath(new URL('../servers/eventstoredb/main.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, ['--conditions=source', double], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(child.stdout!, 'data')) as [Buffer];
  return { url: url.toString().trim(), stop: () => child.kill('SIGKILL') };
}

const [appends = '5000', mode, url] = process.argv.slice(2);
if (!import.meta.main) {
  // Somebody else's bench uses the parts.
} else if (mode === undefined || url === undefined) await main(Number(appends));
else await measureOne(Number(appends), mode as Mode, url);
