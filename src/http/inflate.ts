import type { FastifyRequest, RequestPayload } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { PassThrough, type Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BODY_BYTES_MAX } from '#intake';
import { Refusal } from './problem.ts';

/** What `Content-Encoding` may say. */
export function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toLowerCase() === 'identity' || isGzip(encoding)) return;
  const detail = 'The Content-Encoding is not supported. Send the body uncompressed, or with gzip.';
  throw new Refusal({ code: 'MEDIA_TYPE', detail }, { headers: { 'accept-encoding': 'gzip' } });
}

/** RFC 9110: in any case, and the old name is the same. */
const isGzip = (encoding: string | undefined): boolean =>
  encoding !== undefined && ['gzip', 'x-gzip'].includes(encoding.toLowerCase());

/** What a head says that its body will take; nothing where it does not say, or says it of the gzip. */
export function announcedBytes(headers: IncomingHttpHeaders): number {
  if (isGzip(headers['content-encoding'])) return 0;
  return Math.min(Number(headers['content-length'] ?? 0), BODY_BYTES_MAX);
}

/**
 * The body as it was before gzip. Fastify counts what comes out, so that a bomb ends at the limit of a body; `keep` is
 * told of it, as of what nobody announced, and may throw.
 */
export function readable(
  { headers }: FastifyRequest,
  payload: RequestPayload,
  keep: (bytes: number) => void,
): RequestPayload {
  const isZipped = isGzip(headers['content-encoding']);
  if (!isZipped && headers['content-length'] !== undefined) return payload;
  const body = (isZipped ? createGunzip() : new PassThrough()) as RequestPayload & Transform;
  body.receivedEncodedLength = 0;
  payload.on('data', (chunk: Buffer) => (body.receivedEncodedLength! += chunk.length));
  payload.on('error', (error) => body.destroy(error));
  body.on('data', (chunk: Buffer) => {
    try {
      keep(chunk.length);
    } catch (error) {
      body.destroy(error as Error);
    }
  });
  body.on('close', () => payload.unpipe(body));
  return payload.pipe(body);
}
