export {
  type ChannelWebhookParts,
  DELIVERIES_AT_ONCE_MAX,
  DELIVERIES_PER_SECOND_MAX,
  type WebhookReport,
} from './channel-webhook.ts';
export { ANSWER_BYTES_MAX, DELIVERY_MS_MAX } from './delivery.ts';
export { FAILURES_UNTIL_FAILING, type WebhookHealth } from './health.ts';
export { type Pauses, PAUSES } from './pause.ts';
export { Webhooks, type WebhooksParts } from './webhooks.ts';
export { checkWebhookUrl, WEBHOOK_URL_LENGTH_MAX } from './webhook-url.ts';
