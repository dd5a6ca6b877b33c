import { createServer, type Server, type Socket } from 'node:net';
import { EventStoreDbDouble } from '../../../test/servers/eventstoredb/index.ts';
import { NO_STREAM, StoreUnavailable } from '../src/index.ts';
import { happenedTimes, newStream } from '../testing/index.ts';
import { EventStoreDbEventStore, EventStoreDbUnusable } from './index.ts';

/** Longer than any machine takes. */
const PATIENT_MS = 600_000;
/** Where the time that a call may take is to be over. */
const HASTY_MS = 300;

describe('opening an EventStoreDB', () => {
  const open = (url: string, readDeadlineMs = PATIENT_MS): Promise<unknown> =>
    EventStoreDbEventStore.open({ url, readDeadlineMs });

  it('says that nobody answers at the address, without the password', async () => {
    const opened = open('esdb://onhand:hunter2@127.0.0.1:1?tls=false');

    await expect(opened).rejects.toThrow(StoreUnavailable);
    await expect(opened).rejects.toThrow(
      /No event store answers at .*127\.0\.0\.1:1.*Check that it is running/,
    );
    await expect(opened).rejects.not.toThrow('hunter2');
  });

  it('says that there is no answer in time', async () => {
    const sockets: Socket[] = [];
    const silent = await new Promise<Server>((resolve) => {
      const server = createServer((socket) => sockets.push(socket));
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
    const { port } = silent.address() as { port: number };

    await expect(open(`esdb://127.0.0.1:${port}?tls=false`, HASTY_MS)).rejects.toThrow(/no answer within/);
    silent.close();
    for (const socket of sockets) socket.destroy();
  });

  it('says that the server is without TLS', async () => {
    const double = await EventStoreDbDouble.start();

    await expect(open(double.url.replace('tls=false', 'tls=true'))).rejects.toThrow(/without TLS/);
    double.stop();
  });

  it('says that the server is too old, and which version it needs', async () => {
    const double = await EventStoreDbDouble.start({ version: '21.10.11.0' });

    await expect(open(double.url)).rejects.toThrow(/version is 21\.10\.11\.0, but 22\.10 or later/);
    double.stop();
  });

  it('says that the server does not let us read', async () => {
    const double = await EventStoreDbDouble.start();
    double.faults.reads.push('access denied');
    const opened = open(double.url);

    await expect(opened).rejects.toThrow(EventStoreDbUnusable);
    await expect(opened).rejects.toThrow(/does not allow anybody .* read \$all/);
    double.stop();
  });

  it('asks again where the server is so new that it does not know its users yet', async () => {
    const double = await EventStoreDbDouble.start();
    double.faults.reads.push('user unknown', 'user unknown');
    const store = await EventStoreDbEventStore.open({ url: double.url });

    expect(double.faults.reads).toEqual([]);
    expect(await store.head()).toBe(0);
    await store.close();
    double.stop();
  });

  it('ends where the server goes on knowing no such user', async () => {
    const double = await EventStoreDbDouble.start();
    double.faults.reads.push(...Array.from({ length: 6 }, () => 'user unknown' as const));

    await expect(open(double.url)).rejects.toThrow(/Check the password and the rights of that user/);
    expect(double.faults.reads).toEqual([]);
    double.stop();
  });

  it('finds a cluster by its gossip', async () => {
    const double = await EventStoreDbDouble.start();
    const store = await EventStoreDbEventStore.open({ url: double.clusterUrl });

    expect(await store.append(newStream('item'), NO_STREAM, happenedTimes(1))).toMatchObject({ revision: 0 });
    await store.close();
    double.stop();
  });
});
