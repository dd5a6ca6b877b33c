import { jsonEvent } from '@eventstore/db-client';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { NO_STREAM } from '../src/index.ts';
import { readAddress } from './address.ts';
import { AppendLane } from './append-lane.ts';

const EVENT = jsonEvent({ type: 'SomethingHappened', data: {} });
const APPENDS = 20;

/** A node that can be connected to and says nothing, as a machine that has died behind a firewall. */
async function silentNode(): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

it('an append is unknown in time though no node of the cluster answers who leads it', async () => {
  const nodes = [await silentNode(), await silentNode()];
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  // The client itself would ask them in turn for far longer than a test may take.
  const patience = 'gossipTimeout=600&maxDiscoverAttempts=3';
  const lane = new AppendLane(readAddress(`esdb://${hosts}?tls=false&${patience}`), 300);
  const append = (_: unknown, n: number) => lane.append(`item-${n}`, NO_STREAM, [EVENT]);
  const replies = await Promise.all(Array.from({ length: APPENDS }, append));
  expect(replies.map(({ outcome }) => outcome)).toEqual(new Array(APPENDS).fill('unknown'));
  await lane.close();
  for (const node of nodes) node.stop();
});
