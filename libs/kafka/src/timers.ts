import { insideOf, once } from './mend.ts';

/** What kafkajs calls a request queue: one a connection. Only what is mended. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly inflight: ReadonlyMap<unknown, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId: NodeJS.Timeout | undefined;
  checkPendingRequests(): void;
  isConnected(): boolean;
  destroy(): void;
}

/** Between two looks at what waits, where the broker throttles nobody. */
const LOOK_AGAIN_MS = 10;
/** How late a request may be found overdue; it may take 30 s. */
const OVERDUE_EVERY_MS_MAX = 5_000;

/**
 * kafkajs 2.2.4 turns a timer at 1 ms for ever on every idle connection (`throttledUntil` is -1, so its delay is
 * negative), some 900 wake-ups a second, and looks ten times a second for requests that are overdue. Here the
 * first runs only while something waits, the second every five seconds. Its issues 1556, 1704 and 1751.
 */
export const mendTimers = once(() => {
  const { prototype } = insideOf<{ readonly prototype: Record<string, unknown> }>('network/requestQueue');
  prototype['scheduleCheckPendingRequests'] = scheduleCheckPendingRequests;
  prototype['scheduleRequestTimeoutCheck'] = scheduleRequestTimeoutCheck;
});

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
      for (const request of this.inflight.values()) {
        if (Date.now() - request.sentAt > request.requestTimeout) request.timeoutRequest();
      }
      if (!this.isConnected()) this.destroy();
    },
    Math.min(this.requestTimeout, OVERDUE_EVERY_MS_MAX),
  );
}
