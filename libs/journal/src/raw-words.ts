import { isUtf8 } from 'node:buffer';

/** How much is kept of a rejected message's raw bytes: as much as a message may have. */
const RAW_BYTES_MAX = 256 * 1024;
/** Text with so many control characters that its JSON would be longer than this is kept as base64. */
const RAW_JSON_CHARACTERS_MAX = 400_000;

interface RawWords {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
  /** Full length in bytes, if it was cut. */
  readonly cutFromBytes?: number;
}

/** Raw bytes in a form that JSON can hold: as text if they are UTF-8, else in base64. */
export function rawWords(raw: Uint8Array): RawWords {
  const kept = raw.length > RAW_BYTES_MAX ? raw.subarray(0, characterBoundary(raw, RAW_BYTES_MAX)) : raw;
  const cut = kept.length < raw.length ? { cutFromBytes: raw.length } : {};
  const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
  if (isUtf8(kept)) {
    const text = bytes.toString('utf8');
    if (JSON.stringify(text).length <= RAW_JSON_CHARACTERS_MAX) return { text, encoding: 'utf8', ...cut };
  }
  return { text: bytes.toString('base64'), encoding: 'base64', ...cut };
}

const CONTINUATION_BYTES_MAX = 3;

/** The last boundary between UTF-8 characters at or just before `end`. */
function characterBoundary(raw: Uint8Array, end: number): number {
  for (let boundary = end; boundary > end - CONTINUATION_BYTES_MAX; boundary--) {
    if ((raw[boundary]! & 0b1100_0000) !== 0b1000_0000) return boundary;
  }
  return end;
}
