import { createHmac } from 'node:crypto';
import type { Rejection } from '#inventory';
import type { Instant } from '#kernel';

const PREFIX = 'whsec_';
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * A secret with the prefix of Standard Webhooks must be valid by that standard: a receiver that decodes it so would refuse
 * messages signed with any other key. Checked at set-up.
 */
export function checkWebhookSecret(secret: string): Rejection | undefined {
  if (!secret.startsWith(PREFIX)) return undefined;
  const key = decodeBase64(padded(secret.slice(PREFIX.length)));
  if (key !== undefined) return undefined;
  return {
    code: 'WEBHOOK_SECRET_INVALID',
    detail: `After ${PREFIX} a secret must be base64 (letters, digits, + and /, with or without = at the end). Send such a secret, or any text without that prefix.`,
    pointer: '/webhook/secret',
  };
}

/**
 * The keys that a secret stands for. `whsec_…` is base64, as Standard Webhooks says, or text if it is not valid base64 and
 * was set up before that was checked. Without the prefix both readings are possible: then each message carries a signature
 * with either key, and a receiver accepts it if one of them fits.
 */
export function keysOf(secret: string): readonly Buffer[] {
  const encoded = secret.startsWith(PREFIX) ? padded(secret.slice(PREFIX.length)) : secret;
  const decoded = decodeBase64(encoded);
  if (decoded !== undefined && encoded !== secret) return [decoded];
  return decoded === undefined ? [Buffer.from(secret)] : [Buffer.from(secret), decoded];
}

/** The headers that prove that a message is ours. They contain the time: each attempt is signed anew. */
export function signatureHeaders(
  keys: readonly Buffer[],
  message: { readonly id: string; readonly body: string },
  now: Instant,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

/** Some generators leave the padding out. */
const padded = (text: string): string => text.padEnd(Math.ceil(text.length / 4) * 4, '=');

/** Undefined if the text is not valid base64. */
function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}
