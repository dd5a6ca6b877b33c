import type { Rejection } from '#inventory';
import { problem } from '../problem.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes as text, or why they are not. A byte order mark is left out; nothing else is corrected. */
export function decodeUtf8(bytes: Uint8Array): string | Rejection {
  if (looksLikeUtf16(bytes)) return invalidUtf8(0, 'it looks like UTF-16');
  try {
    return decoder.decode(bytes);
  } catch {
    return invalidUtf8(firstInvalidByte(bytes));
  }
}

/** Where strict decoding stops: the first byte that a lenient decoder would have replaced. */
export function firstInvalidByte(bytes: Uint8Array): number {
  const mended = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const length = Math.min(mended.length, bytes.length);
  for (let i = 0; i < length; i++) if (mended[i] !== bytes[i]) return i;
  return length;
}

/** True for UTF-16's byte order mark, or for ASCII in two bytes each, which would even be valid UTF-8. */
export function looksLikeUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return true;
  if (first === 0xfe && second === 0xff) return true;
  return bytes.length > 1 && (first === 0 || second === 0);
}

function invalidUtf8(offset: number, why = 'this byte is not allowed there'): Rejection {
  const detail = `The text is not UTF-8 at byte ${offset}: ${why}. Send it as UTF-8.`;
  return { ...problem('INVALID_UTF8', '', detail), facts: { byteOffset: offset } };
}
