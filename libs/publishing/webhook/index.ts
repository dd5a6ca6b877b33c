export type { ChannelWebhookParts, WebhookReport } from './channel-webhook.ts';
export { checkWebhook } from './check-webhook.ts';
export type { WebhookHealth } from './health.ts';
export type { Pauses } from './pause.ts';
export { Webhooks, type WebhooksParts } from './webhooks.ts';
