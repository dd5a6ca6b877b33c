import { insideOf, once, wrap } from './mend.ts';

/** What kafkajs calls a request queue: one a connection. Only what is mended. */
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

/** Between two looks at what waits, where the broker throttles nobody. */
const LOOK_AGAIN_MS = 10;
/** How late a request may be found overdue; it may take 15 s. */
const OVERDUE_EVERY_MS_MAX = 5_000;

/**
 * kafkajs 2.2.4 turns a timer at 1 ms for ever on every idle connection (`throttledUntil` is -1, so its delay is
 * negative), some 900 wake-ups a second, and looks ten times a second for requests that are overdue. Here the
 * first runs only while something waits, the second every five seconds. Its issues 1556, 1704 and 1751.
 *
 * Nor does it do more about an overdue request than ask the same broker again. One that hangs, or is behind a network that
 * swallows all, is asked until its metadata are five minutes old, though others have taken its partitions over long since.
 * Here its connection is given up, as Kafka's own client does it: all that was asked over it fails as with a broken one,
 * and who leads what is looked for anew.
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
