/**
 * The whole of OnHand over EventStoreDB beside the client alone, by turns on one server, each in a process of its
 * own: appends per second of the client with 256 in flight, and those that OnHand makes, journal and ledger
 * together, while messages are validated, durable, posted and in every fold; then, at half of that rate, how long
 * it takes from accepted to published. The server is the double, or the one that EVENTSTORE_TEST_URL names: its
 * log must be empty, and is of no use to OnHand afterwards.
 * Run it with `node --conditions=source test/bench/eventstoredb-chain.ts [messages]`.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EventStore } from '#event-store';
import { EventStoreDbEventStore } from '#event-store/eventstoredb';
import { measureClient, startDouble } from './eventstoredb.ts';
import { inFolder, median, quantile } from './figure.ts';
import { lagsAt } from './latency.ts';
import { bodiesOf, publishAll } from './chain.ts';
import { merchantOver, stock } from './merchant.ts';

const REAL_SERVER = process.env['EVENTSTORE_TEST_URL'];
/** A chain needs a log of its own, and a real server has but one. */
const ROUNDS = REAL_SERVER === undefined ? 3 : 1;
const ITEMS = 2_000;
const WARM_UP = 2_000;
const LATENCY_MS = 8_000;

interface Chain {
  readonly appendsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly cpuUsPerAppend: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function main(messages: number): Promise<void> {
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    // The chain first: it lives through all that is in the log, and what the client writes means nothing to it.
    const chain = await onServer((url) => run<Chain>('chain', url, messages));
    const client = await onServer((url) =>
      run<{ perSecond: number; cpuUs: number }>('client', url, messages),
    );
    ratios.push(chain.appendsPerSecond / client.perSecond);
    console.log(`round ${round}: client ${JSON.stringify(client)}\n         OnHand ${JSON.stringify(chain)}`);
  }
  console.log(`OnHand's appends / the client's: ${median(ratios).toFixed(2)}`);
}

async function onServer<Result>(measure: (url: string) => Result): Promise<Result> {
  if (REAL_SERVER !== undefined) return measure(REAL_SERVER);
  const { url, stop } = await startDouble();
  try {
    return measure(url);
  } finally {
    stop();
  }
}

function run<Result>(mode: 'client' | 'chain', url: string, messages: number): Result {
  const words = ['--conditions=source', fileURLToPath(import.meta.url), String(messages), mode, url];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as Result;
}

function measureChain(url: string, messages: number): Promise<Chain> {
  return inFolder(async (directory) => {
    const store = await EventStoreDbEventStore.open({ url });
    const counted = countAppends(store);
    const merchant = await merchantOver(store, directory);
    await stock(merchant, ITEMS);
    await publishAll(merchant, bodiesOf(WARM_UP, ITEMS, 5e6));
    await merchant.settled();
    const [before, startedAt, used] = [counted(), performance.now(), process.cpuUsage()];
    await publishAll(merchant, bodiesOf(messages, ITEMS));
    await merchant.settled();
    const seconds = (performance.now() - startedAt) / 1_000;
    const messagesPerSecond = messages / seconds;
    const appends = counted() - before;
    const { user, system } = process.cpuUsage(used);
    const appendsPerSecond = appends / seconds;
    const lags = await lagsAt(merchant, messagesPerSecond / 2, LATENCY_MS);
    await merchant.close();
    return {
      appendsPerSecond: Math.round(appendsPerSecond),
      messagesPerSecond: Math.round(messagesPerSecond),
      cpuUsPerAppend: Math.round((user + system) / appends),
      p50Ms: Math.round(quantile(lags, 0.5)),
      p99Ms: Math.round(quantile(lags, 0.99)),
    };
  });
}

function countAppends(store: EventStore): () => number {
  let appends = 0;
  const append = store.append.bind(store);
  store.append = (...told) => {
    appends++;
    return append(...told);
  };
  return () => appends;
}

const [messages = '8000', mode, url] = process.argv.slice(2);
if (mode === undefined || url === undefined) await main(Number(messages));
else {
  const measured =
    mode === 'client' ? measureClient(url, Number(messages)) : measureChain(url, Number(messages));
  console.log(JSON.stringify(await measured));
  process.exit(0);
}
