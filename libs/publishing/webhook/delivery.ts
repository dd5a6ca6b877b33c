import { type Agent, request } from 'undici';

/** Time for one try: to connect, send, and read the answer. */
const DELIVERY_MS_MAX = 10_000;
/** Bytes of an answer that are read; a longer one is cut off. */
export const ANSWER_BYTES_MAX = 64 * 1024;
/** A longer `Retry-After` is taken for this. */
const RETRY_AFTER_SECONDS_MAX = 3_600;

/** The outcome of one try. */
export type Delivery =
  | { readonly outcome: 'taken' }
  | {
      readonly outcome: 'refused';
      /** `HTTP_500`, `TIMEOUT`, `ECONNREFUSED`, `URL_NOT_ALLOWED`, … */
      readonly code: string;
      /** True if the receiver as a whole is in trouble; false if it only refuses this message. */
      readonly isReceiverDown: boolean;
      readonly retryAfterMs?: number;
    };

interface Target {
  readonly url: string;
  readonly agent: Agent;
  /** Default DELIVERY_MS_MAX. */
  readonly timeoutMs?: number;
}

/** Posts a message. An answer of 2xx means that it was taken; any other, even a redirect, that it was not. Never throws. */
export async function deliver(
  target: Target,
  message: { readonly headers: Record<string, string>; readonly body: string },
  stop: AbortSignal,
): Promise<Delivery> {
  // For the try as a whole: an answer that comes a byte at a time never exceeds the agent's own limits.
  const timeout = AbortSignal.timeout(target.timeoutMs ?? DELIVERY_MS_MAX);
  const signal = AbortSignal.any([stop, timeout]);
  try {
    const response = await request(target.url, {
      dispatcher: target.agent,
      method: 'POST',
      headers: message.headers,
      body: message.body,
      signal,
    });
    await response.body.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
    return judge(response.statusCode, response.headers['retry-after']);
  } catch (error) {
    const code = timeout.aborted ? 'TIMEOUT' : codeOf(error);
    return { outcome: 'refused', code, isReceiverDown: true };
  }
}

function judge(status: number, retryAfter: string | string[] | undefined): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'taken' };
  const seconds = Number(retryAfter);
  const isAsked = Number.isFinite(seconds) && seconds > 0;
  return {
    outcome: 'refused',
    code: `HTTP_${status}`,
    isReceiverDown: status < 400 || status >= 500 || ABOUT_THE_RECEIVER.includes(status),
    ...(isAsked && { retryAfterMs: Math.min(seconds, RETRY_AFTER_SECONDS_MAX) * 1000 }),
  };
}

/** Those of the 4xx that do not depend on the message: any message would get them. */
const ABOUT_THE_RECEIVER: readonly number[] = [
  401, 402, 403, 404, 405, 407, 408, 410, 411, 415, 421, 426, 429,
];

function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'UNKNOWN';
}
