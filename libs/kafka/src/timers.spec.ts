import { createRequire } from 'node:module';
import { EventEmitter } from 'node:events';
import { until } from '../../kernel/testing/until.ts';
import { mendTimers } from './timers.ts';

interface Queue {
  throttleCheckTimeoutId: unknown;
  push(request: object): void;
  scheduleCheckPendingRequests(): void;
  scheduleRequestTimeoutCheck(): void;
  fulfillRequest(answer: object): void;
  destroy(): void;
}

const quiet = { debug: () => undefined, namespace: () => quiet };

/** kafkajs's own, as a connection makes it. */
function queue(options: object = {}): Queue {
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
    options: object,
  ) => Queue;
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

  it('still find a request that is overdue', async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const late = queue({ requestTimeout: 20 });
    late.scheduleRequestTimeoutCheck();
    const entry = {
      correlationId: 1,
      apiKey: 0,
      apiName: 'Test',
      apiVersion: 0,
      reject,
      resolve: () => undefined,
    };
    late.push(request(1, () => undefined, { entry, requestTimeout: 20 }));
    await expect(promise).rejects.toThrow('timed out');
    late.destroy();
  });
});
