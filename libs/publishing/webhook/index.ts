export type { WebhookReport } from './channel-webhook.ts';
export { checkWebhook } from './check-webhook.ts';
export { Webhooks } from './webhooks.ts';
