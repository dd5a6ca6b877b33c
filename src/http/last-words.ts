import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** After this long without a byte the client has stopped talking. */
const SILENCE_MS_MAX = 1_000;
const LISTENING_MS_MAX = 10_000;
const LISTENING_BYTES_MAX = 64 * 1024 * 1024;

/**
 * The answer to a client that is still sending, after which the connection closes. It goes out at once, and ends only when
 * the client has sent all, or too much: closed while bytes come in, the connection would be reset, and a client that sends
 * all before it reads would find a broken pipe instead of the answer.
 */
export function lastWords(answer: Buffer, request: IncomingMessage): Readable {
  let bytes = 0;
  const listen = (chunk: Buffer): void => {
    bytes += chunk.length;
    silence.refresh();
    if (bytes > LISTENING_BYTES_MAX) end();
  };
  const words = new Readable({
    read: () => {},
    destroy: (error, done) => {
      leave();
      done(error);
    },
  });
  const leave = (): void => {
    clearTimeout(silence);
    clearTimeout(enough);
    request.off('data', listen).off('close', end).off('end', end);
  };
  const end = (): void => {
    leave();
    words.push(null);
  };
  const silence = setTimeout(end, SILENCE_MS_MAX);
  const enough = setTimeout(end, LISTENING_MS_MAX);
  words.push(answer);
  request.on('data', listen).once('end', end).once('close', end).resume();
  return words;
}
