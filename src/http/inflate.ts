import type { FastifyRequest, RequestPayload } from 'fastify';
import { createGunzip } from 'node:zlib';
import { refuse } from './problem.ts';

/** What `Content-Encoding` may say. */
export function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined || encoding === 'identity' || encoding === 'gzip') return;
  throw refuse(
    'MEDIA_TYPE',
    'The Content-Encoding is not one that is taken: send the body as it is, or with gzip.',
  );
}

/** The body as it was before gzip. Fastify counts what comes out, so that a bomb ends at the limit of a body. */
export function inflated(request: FastifyRequest, payload: RequestPayload): RequestPayload {
  if (request.headers['content-encoding'] !== 'gzip') return payload;
  const gunzip = createGunzip() as RequestPayload & ReturnType<typeof createGunzip>;
  gunzip.receivedEncodedLength = 0;
  payload.on('data', (chunk: Buffer) => (gunzip.receivedEncodedLength! += chunk.length));
  payload.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => payload.unpipe(gunzip));
  return payload.pipe(gunzip);
}
