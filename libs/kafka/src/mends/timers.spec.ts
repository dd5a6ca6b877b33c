import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../../kernel/testing/until.ts';
import { mendTimers } from './timers.ts';

const require = createRequire(import.meta.url);

interface Queue {
  throttleCheckTimeoutId: unknown;
  push(request: object): void;
  maybeThrottle(ms: number): void;
  scheduleCheckPendingRequests(): void;
  fulfillRequest(answer: object): void;
  destroy(): void;
}

const quiet = { debug: () => undefined, error: () => undefined, namespace: () => quiet };

/** kafkajs's own, as a connection makes it. */
function queue(options: object = {}): Queue {
  const RequestQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => Queue;
  return new RequestQueue({
    ...{ instrumentationEmitter: new EventEmitter(), maxInFlightRequests: null, requestTimeout: 30_000 },
    ...{
      enforceRequestTimeout: true,
      clientId: 'test',
      broker: 'test',
      logger: quiet,
      isConnected: () => true,
    },
    ...options,
  });
}

const request = (correlationId: number, sendRequest: () => void): object => ({
  entry: { correlationId, reject: () => undefined, resolve: () => undefined },
  ...{ expectResponse: true, sendRequest },
});

beforeAll(mendTimers);

describe('the timers of a connection', () => {
  it('do not run while nothing waits', () => {
    const idle = queue();
    idle.scheduleCheckPendingRequests();
    expect(idle.throttleCheckTimeoutId).toBeNull();
  });

  it('still send what waits, in its order', async () => {
    const sent: number[] = [];
    const busy = queue({ maxInFlightRequests: 1 });
    for (let id = 0; id < 20; id++) busy.push(request(id, () => sent.push(id)));
    expect(sent).toEqual([0]);
    for (let id = 0; id < 20; id++) {
      await until(() => sent.length > id, `request ${id} to be sent`);
      busy.fulfillRequest({ correlationId: id, payload: null, size: 0 });
    }
    expect(sent).toEqual(Array.from({ length: 20 }, (_, id) => id));
    busy.destroy();
    expect(busy.throttleCheckTimeoutId).toBeNull();
  });

  it('send throttled requests as soon as the broker allows, in their order', async () => {
    const sent: number[] = [];
    const throttled = queue();
    throttled.maybeThrottle(80);
    const begun = Date.now();
    for (let id = 0; id < 3; id++) throttled.push(request(id, () => sent.push(id)));
    expect(sent).toEqual([]);
    await until(() => sent.length === 3, 'they are sent');
    expect(Date.now() - begun).toBeGreaterThanOrEqual(79);
    expect(sent).toEqual([0, 1, 2]);
    expect(throttled.throttleCheckTimeoutId).toBeNull();
    throttled.maybeThrottle(20);
    throttled.push(request(3, () => sent.push(3)));
    await until(() => sent.length === 4, 'and once more');
  });

  it('leave alone a connection whose requests are answered late, but in time', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (asked) => void pause(450).then(() => socket.write(nobodyLeads(asked))));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connection = connectionTo((server.address() as AddressInfo).port, 600);
    await connection.connect();
    await pause(300); // It is on its way when it is looked for what is overdue.
    await expect(connection.send(metadata)).resolves.toMatchObject({ topicMetadata: [] });
    expect(connection.isConnected()).toBe(true);
    await connection.disconnect();
    server.close();
  });

  it('give up a connection on which a request has no answer in time', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connection = connectionTo(port, 20);
    await connection.connect();
    const ask = () => connection.send(metadata);
    await expect(Promise.allSettled([ask(), ask()])).resolves.toMatchObject(
      // As with a broken one: whoever asked looks for who leads what now.
      [1, 2].map(() => ({ reason: { name: 'KafkaJSConnectionError' } })),
    );
    expect(connection.isConnected()).toBe(false);
    server.close();
  });
});

interface Connection {
  connect(): Promise<boolean>;
  disconnect(): Promise<boolean>;
  isConnected(): boolean;
  send(asked: object): Promise<unknown>;
}

function connectionTo(port: number, requestTimeout: number): Connection {
  const Connection = require('kafkajs/src/network/connection') as new (options: object) => Connection;
  const socketFactory = ({ onConnect }: { onConnect: () => void }) =>
    createConnection({ host: '127.0.0.1', port }, onConnect);
  return new Connection({
    ...{ host: '127.0.0.1', port, socketFactory, requestTimeout, clientId: 'test', connectionTimeout: 5_000 },
    ...{ instrumentationEmitter: new EventEmitter(), logger: quiet },
  });
}

/** "Who leads what?" */
const metadata = (
  require('kafkajs/src/protocol/requests/metadata') as {
    protocol(of: object): (asked: object) => { request: object; response: object };
  }
).protocol({ version: 0 })({ topics: [] });

/** The answer to that, of a broker that knows neither brokers nor topics. */
function nobodyLeads(asked: Buffer): Buffer {
  const answer = Buffer.alloc(16);
  answer.writeInt32BE(12, 0);
  answer.writeInt32BE(asked.readInt32BE(8), 4);
  return answer;
}
