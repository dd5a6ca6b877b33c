import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { until } from '../../kernel/testing/until.ts';
import { mendTimers } from './timers.ts';

const require = createRequire(import.meta.url);

interface Queue {
  throttleCheckTimeoutId: unknown;
  push(request: object): void;
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

const request = (correlationId: number, sendRequest: () => void, more: object = {}): object => ({
  entry: { correlationId, reject: () => undefined, resolve: () => undefined },
  ...{ expectResponse: true, sendRequest },
  ...more,
});

beforeAll(mendTimers);

describe('the timers of a connection', () => {
  it('do not turn while nothing waits', () => {
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

  it('give up a connection over which a request has no answer', async () => {
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
