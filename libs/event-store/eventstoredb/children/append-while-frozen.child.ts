/**
 * Makes many appends to a frozen server, then to the same one when it runs again, and prints how it went. A rejection that
 * nobody can catch ends this process, as it would end the service.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { appendSurely, type NewEvent, NO_STREAM, StoreUnavailable } from '../../src/index.ts';
import { EventStoreDbEventStore } from '../index.ts';

const APPENDS = 200;
const TEXT = 'x'.repeat(30_000);
const DOUBLE = fileURLToPath(new URL('../../../../test/servers/eventstoredb/main.ts', import.meta.url));

const server: ChildProcess = spawn(process.execPath, ['--conditions=source', DOUBLE], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.on('exit', () => server.kill('SIGKILL')); // However this ends: a frozen server would not end by itself.
process.on('SIGTERM', () => process.exit(1));
const [url] = (await once(server.stdout!, 'data')) as [Buffer];
const store = await EventStoreDbEventStore.open({ url: url.toString().trim(), appendDeadlineMs: 300 });

const events = Array.from({ length: APPENDS }, (): NewEvent => {
  return { id: randomUUID(), type: 'SomethingHappened', data: { text: TEXT } };
});
const streams = events.map(({ id }) => `item-${id}`);
await store.append('item-first', NO_STREAM, [{ id: randomUUID(), type: 'SomethingHappened', data: {} }]);

server.kill('SIGSTOP');
const frozen = await Promise.all(events.map((event, n) => store.append(streams[n]!, NO_STREAM, [event])));
server.kill('SIGCONT');
for (const [n, event] of events.entries()) await surely(streams[n]!, event);
const written = await Promise.all(streams.map((stream) => store.readStream(stream)));

server.kill('SIGSTOP');
await store.close();
const unknown = frozen.filter(({ outcome }) => outcome === 'unknown').length;
const exactlyOnce = written.filter((found, n) => found.length === 1 && found[0]!.id === events[n]!.id).length;
process.stdout.write(JSON.stringify({ unknown, exactlyOnce, isClosed: true }));
server.kill('SIGKILL');

/** Retries, for on a slow machine the store's deadlines may be too short. */
async function surely(stream: string, event: NewEvent): Promise<void> {
  for (;;) {
    try {
      await appendSurely(store, stream, NO_STREAM, [event]);
      return;
    } catch (fault) {
      if (!(fault instanceof StoreUnavailable)) throw fault;
    }
  }
}
