import { Fault } from '#kernel';
import { BODY_BYTES_MAX, ID_LENGTH_MAX } from '#intake';
import { cut, type Rejection } from '#inventory';
import { HttpException } from '@nestjs/common';
import { statusOf, titleOf } from './problem-codes.ts';
import { shownFacts } from './wire/facts-wire.ts';

/** The media type of every answer that is a problem. It has no charset. */
export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457, with what was wrong in detail. */
interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** The id of the request, as in `X-Request-Id` and in the log. */
  readonly instance?: string;
  readonly errors: readonly ProblemError[];
  /** What the caller may want to act on: `shortages`, `current`, `state`. */
  readonly [fact: string]: unknown;
}

interface ProblemError {
  readonly code: string;
  readonly detail: string;
  readonly pointer?: string;
  readonly hint?: string;
}

/** Ends a request with a problem. Thrown by the doors; the filter writes it. */
export class Refusal extends Error {
  readonly rejections: readonly [Rejection, ...Rejection[]];
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Somebody reached for what is not theirs: their operator may want to know. */
  readonly isReach: boolean;

  constructor(
    rejections: Rejection | readonly [Rejection, ...Rejection[]],
    options: { status?: number; headers?: Readonly<Record<string, string>>; isReach?: true } = {},
  ) {
    const all = isOne(rejections) ? ([rejections] as const) : rejections;
    super(all[0].detail);
    this.name = 'Refusal';
    this.rejections = all;
    this.status = options.status ?? statusOf(all[0].code);
    this.headers = options.headers ?? {};
    this.isReach = options.isReach === true;
  }
}

const isOne = (value: Rejection | readonly Rejection[]): value is Rejection => !Array.isArray(value);

/** The common short form. */
export const refuse = (code: string, detail: string, more: Partial<Rejection> = {}): Refusal =>
  new Refusal({ code, detail, ...more });

/** The path names something that is not there. */
export const notThere = (code: string, detail: string): Refusal =>
  new Refusal({ code, detail }, { status: 404 });

/** It belongs to another; `status` 404 where this caller may not know that it exists. */
export const notYours = (rejection: Rejection, status = statusOf(rejection.code)): Refusal =>
  new Refusal(rejection, { status, isReach: true });

/** The caller may try again soon. */
export const tryAgain = (code: string, detail: string, afterSeconds = 1): Refusal =>
  new Refusal({ code, detail }, { headers: { 'retry-after': String(afterSeconds) } });

/** A value as it may be shown again: short, on one line, harmless. */
export function shown(value: unknown): string {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))).replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    '\ufffd',
  );
  return cut(text);
}

/** A rejection as a problem; `status` where the code alone does not decide it. */
export function problemOf(
  rejections: readonly [Rejection, ...Rejection[]],
  { status, instance }: { status?: number; instance?: string } = {},
): ProblemBody {
  const [first] = rejections;
  return {
    type: `urn:onhand:error:${first.code}`,
    title: titleOf(first.code),
    status: status ?? statusOf(first.code),
    code: first.code,
    detail: first.detail,
    ...(instance !== undefined && { instance }),
    errors: rejections.map(({ code, detail, pointer, hint }) => ({
      code,
      detail,
      ...(pointer !== undefined && { pointer }),
      ...(hint !== undefined && { hint }),
    })),
    ...(first.facts && shownFacts(first.facts)),
  };
}

const STORE_RETRY_SECONDS = 5;

/** Whatever was thrown, as what the caller is told; undefined for our own bugs, which tell nothing. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof Fault) return faultRefusal(error);
  const gzip = gzipRefusal(error);
  if (gzip !== undefined) return gzip;
  const status = clientErrorStatus(error);
  if (status === undefined) return undefined;
  return httpRefusal(status, (error as { code?: unknown }).code ?? causeCode(error));
}

function faultRefusal(fault: Fault): Refusal | undefined {
  const status = statusOf(fault.code);
  if (!fault.retriable && status === 400) return undefined;
  const isForNow = status >= 500 || status === 409;
  return new Refusal(
    { code: fault.code, detail: fault.message },
    isForNow ? { headers: { 'retry-after': retryAfter(fault.code) } } : {},
  );
}

const retryAfter = (code: string): string => (code === 'CONTENTION' ? '1' : String(STORE_RETRY_SECONDS));

/** What Nest, Fastify and Node refuse before a door of ours is reached. */
function httpRefusal(status: number, cause: unknown): Refusal {
  if (cause === 'FST_ERR_BAD_URL') {
    return refuse(
      'INVALID_PARAMETER',
      'The path has a % that does not begin an encoded character. Encode % itself as %25.',
    );
  }
  if (cause === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return refuse('INVALID_JSON', 'The body is shorter than its Content-Length. Send it in full.');
  }
  switch (status) {
    case 404:
      return refuse('NOT_FOUND', 'There is no such path. /openapi.json lists all paths.');
    case 408:
      return refuse('REQUEST_TIMEOUT', 'The body arrived too slowly. Send it again, in smaller parts.');
    case 413:
      return tooLarge();
    case 414:
      return refuse(
        'ID_TOO_LONG',
        `A part of the path is too long. Ids have at most ${ID_LENGTH_MAX} characters.`,
      );
    case 415:
      return refuse('MEDIA_TYPE', 'The Content-Type is not supported here. Send application/json.');
    default:
      return new Refusal(
        { code: 'BAD_REQUEST', detail: 'The request is malformed. Check its syntax.' },
        { status },
      );
  }
}

const tooLarge = (): Refusal =>
  refuse(
    'MESSAGE_TOO_LARGE',
    `The body is larger than ${BODY_BYTES_MAX / 1024 / 1024} MB. Send it in several requests.`,
  );

function clientErrorStatus(error: unknown): number | undefined {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** zlib has codes of its own for bytes that are no gzip, and for gzip without its end. */
function gzipRefusal(error: unknown): Refusal | undefined {
  const code = String((error as { code?: unknown }).code);
  if (code === 'Z_BUF_ERROR')
    return refuse('MEDIA_TYPE', 'The gzip data of the body is incomplete. Send it in full.');
  if (!code.startsWith('Z_')) return undefined;
  return refuse(
    'MEDIA_TYPE',
    'The body is not gzip, although its Content-Encoding says so. Correct one of them.',
  );
}

const causeCode = (error: unknown): unknown => (error as { cause?: { code?: unknown } }).cause?.code;
