import type { Channel, Rejection } from '#inventory';
import { checkWebhookSecret } from './signature.ts';
import { checkWebhookUrl, type UrlRules } from './webhook-url.ts';

/** What is wrong with a webhook that is being set up. Without `secret` the webhook keeps the one it has. */
export function checkWebhook(
  { url, secret }: Partial<NonNullable<Channel['webhook']>> & { readonly url: string },
  rules: UrlRules,
): Rejection | undefined {
  return checkWebhookUrl(url, rules) ?? (secret === undefined ? undefined : checkWebhookSecret(secret));
}
