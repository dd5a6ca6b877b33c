import { insideOf, once, wrap } from './mend.ts';

/** The part of kafkajs' RequestQueue that is mended or used; each connection has one. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<unknown, { readonly sentAt: number; readonly requestTimeout: number }>;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId: NodeJS.Timeout | undefined;
  checkPendingRequests(): void;
  isConnected(): boolean;
  destroy(): void;
}

interface Connection {
  readonly requestQueue: RequestQueue;
  readonly socket: { destroy(error: Error): void };
  connect(): Promise<boolean>;
}

/** Pause between two looks at pending requests while the broker does not throttle us. */
const LOOK_AGAIN_MS = 10;
/** How much later than its 15 s a request may be found to be overdue. */
const OVERDUE_EVERY_MS_MAX = 5_000;

/**
 * kafkajs 2.2.4 runs a 1 ms timer for ever on every idle connection (`throttledUntil` is -1, so the delay is negative),
 * some 900 wake-ups a second, and looks for overdue requests ten times a second. Here the first timer runs only while
 * requests are pending, the second every five seconds. See its issues 1556, 1704 and 1751.
 *
 * All that kafkajs does about an overdue request is to ask the same broker again. A broker that hangs, or cannot be
 * reached because packets are dropped, is asked until the metadata are five minutes old, long after others have taken over
 * its partitions. Here its connection is closed, as Kafka's own client does: all requests on it fail, and the leaders are
 * looked up anew.
 */
export const mendTimers = once(() => {
  const connections = insideOf<{ readonly prototype: Connection }>('network/connection').prototype;
  wrap(connections, 'connect', function (connect) {
    connectionOf.set(this.requestQueue, this);
    return connect.call(this);
  });
  const { prototype } = insideOf<{ readonly prototype: Record<string, unknown> }>('network/requestQueue');
  prototype['scheduleCheckPendingRequests'] = scheduleCheckPendingRequests;
  prototype['scheduleRequestTimeoutCheck'] = scheduleRequestTimeoutCheck;
});

const connectionOf = new WeakMap<RequestQueue, Connection>();

function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
  const waitMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    waitMs > 0 ? waitMs : LOOK_AGAIN_MS,
  );
}

function scheduleRequestTimeoutCheck(this: RequestQueue): void {
  if (!this.enforceRequestTimeout) return;
  this.destroy();
  this.requestTimeoutIntervalId = setInterval(
    () => {
      if (isOverdue(this))
        connectionOf.get(this)?.socket.destroy(new Error('a request had no answer in time'));
      if (!this.isConnected()) this.destroy();
    },
    Math.min(this.requestTimeout, OVERDUE_EVERY_MS_MAX),
  );
}

function isOverdue({ inflight }: RequestQueue): boolean {
  for (const { sentAt, requestTimeout } of inflight.values())
    if (Date.now() - sentAt > requestTimeout) return true;
  return false;
}
