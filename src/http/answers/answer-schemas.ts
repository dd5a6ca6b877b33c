import type { JsonSchema } from '#intake';
import { SCHEMA_PREFIX } from '#intake';

/** What is answered, in JSON Schema's words. Specs hold every answer against these. */

type Schema = JsonSchema;

export const schemaRef = (name: string): { $ref: string } => ({ $ref: `${SCHEMA_PREFIX}${name}` });

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const count: Schema = { type: 'integer', minimum: 0 };
const position: Schema = {
  type: 'integer',
  minimum: 0,
  description: 'A position in the log; it only grows.',
};
const time: Schema = { type: 'string', format: 'date-time', description: 'UTC, with milliseconds.' };
const flag: Schema = { type: 'boolean' };
const words = (...values: readonly string[]): Schema => ({ type: 'string', enum: values });
const list = (items: Schema | { $ref: string }): Schema => ({ type: 'array', items });
const map = (values: Schema): Schema => ({ type: 'object', additionalProperties: values });

/** Fields that end in `?` may be left out. */
function object(
  fields: Readonly<Record<string, Schema | { $ref: string }>>,
  more: Partial<Schema> = {},
): Schema {
  const names = Object.keys(fields);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), fields[name] as Schema])),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
    ...more,
  };
}

const exception: Readonly<Record<string, Schema>> = {
  id: text,
  kind: text,
  state: words('open', 'cleared', 'resolved'),
  sku: text,
  'location?': text,
  'channel?': text,
  'orderId?': text,
  quantity: number,
  claims: list(
    object({ 'channel?': text, 'orderId?': text, quantity: number, occurredAt: time, recordedAt: time }),
  ),
  openedAt: time,
  'closedAt?': time,
  'reason?': text,
  'actor?': text,
};

const page = (of: Schema | { $ref: string }): Schema =>
  object({
    items: list(of),
    next: { type: ['string', 'null'], description: 'Ask again with `cursor` for the rest.' },
  });

const availability = object({
  channel: text,
  listing: text,
  sku: text,
  available: number,
  version: position,
  recordedAt: time,
  reason: text,
});
const message = object({ source: text, id: text });
const evidence = object({ position, message: { anyOf: [message, { type: 'null' }] } });
const term = object({
  name: text,
  value: { type: ['number', 'null'] },
  'location?': text,
  events: list(evidence),
});
const reservedLine = object({ sku: text, quantity: number, location: text });
const stockTotals = {
  committed: number,
  reserved: number,
  inTransit: number,
  incoming: number,
};
const setup = { position };
const waiting = {
  id: text,
  source: text,
  'messageId?': text,
  code: text,
  detail: text,
  raw: text,
  'rawEncoding?': words('utf8', 'base64'),
  recordedAt: time,
  age: { type: 'number', description: 'Seconds since it was recorded.' },
};
const result = object({
  outcome: words('accepted', 'duplicate', 'parked', 'rejected'),
  'source?': text,
  'id?': text,
  position,
  recordedAt: time,
  'parked?': list(object({ line: text, code: text, detail: text })),
  'flags?': list(text),
  'error?': schemaRef('Problem'),
});

export const ANSWER_SCHEMAS = {
  Problem: object(
    {
      type: text,
      title: text,
      status: count,
      code: text,
      detail: text,
      'instance?': text,
      errors: list(object({ code: text, detail: text, 'pointer?': text, 'hint?': text })),
    },
    { additionalProperties: true, description: 'RFC 9457. `detail` says what to do next.' },
  ),
  Result: result,
  Results: object({
    results: list(schemaRef('Result')),
    counts: object({ accepted: count, duplicate: count, parked: count, rejected: count }),
  }),
  Location: object({ id: text, name: text, kind: text, active: flag, ...setup }),
  Source: object({ id: text, name: text, kind: text, unknownItems: text, ...setup }),
  Channel: object({
    id: text,
    name: text,
    kind: text,
    locations: list(text),
    lists: text,
    unknownItems: text,
    'webhook?': object({ url: text }),
    ...setup,
  }),
  ItemDefinition: object({
    sku: text,
    name: text,
    'category?': text,
    decimals: count,
    'unit?': text,
    identifiers: list(object({ scheme: text, value: text })),
    components: list(object({ sku: text, quantity: number })),
    ...setup,
  }),
  Listing: object({ channel: text, listing: text, sku: text, unitsPer: number, ...setup }),
  Policy: object({
    scope: text,
    'safetyStock?': number,
    'locationSafetyStock?': map(number),
    'buffer?': number,
    'percent?': number,
    'cap?': number,
    'stopAt?': number,
    'allocations?': map(number),
    'effectiveAt?': time,
    ...setup,
  }),
  Preview: object({
    items: list(object({ channel: text, listing: text, from: number, to: number })),
  }),
  ImportResults: object({
    results: list(
      object({
        row: { type: 'integer', minimum: 1, description: 'The line of the file, from 1.' },
        kind: text,
        'id?': text,
        outcome: words('created', 'replaced', 'unchanged', 'rejected'),
        'position?': position,
        'error?': schemaRef('Problem'),
      }),
    ),
    counts: object({ created: count, replaced: count, unchanged: count, rejected: count }),
  }),
  Reservation: object({
    reservationId: text,
    state: words('held', 'confirmed', 'released', 'expired'),
    'channel?': text,
    lines: list(reservedLine),
    expiresAt: time,
    'orderId?': text,
    position,
  }),
  Adjustment: object({ adjustmentId: text, change: number, onHand: number, position }),
  Reallocation: object({
    reallocationId: text,
    sku: text,
    channel: text,
    orderId: text,
    line: text,
    from: text,
    to: text,
    quantity: number,
    position,
  }),
  Item: object({
    sku: text,
    name: text,
    position,
    totals: object({ onHand: number, sellable: number, ...stockTotals }),
    locations: list(object({ location: text, onHand: map(number), ...stockTotals })),
    'availability?': list(object({ channel: text, listing: text, available: number, version: position })),
    'category?': text,
    'decimals?': count,
    'unit?': text,
    'identifiers?': list(object({ scheme: text, value: text })),
    'components?': list(object({ sku: text, quantity: number })),
  }),
  Availability: availability,
  Publication: object({
    desired: schemaRef('Availability'),
    'sent?': object({ version: position, via: text, at: time }),
    'acknowledged?': object({ version: position, at: time }),
    'refused?': object({ version: position, code: text, at: time }),
    'staleSince?': time,
  }),
  Webhook: object({
    'origin?': text,
    'state?': words('ok', 'degraded', 'failing'),
    'failuresInARow?': count,
    'waiting?': count,
    'underway?': count,
    'retrying?': count,
    'failingSince?': time,
    'lastTakenAt?': time,
    'lastFailure?': object({ at: time, code: text }),
    'nextTryAt?': time,
  }),
  Order: object(
    {
      orderId: text,
      channel: text,
      status: words('pending', 'open', 'partially_shipped', 'shipped', 'cancelled', 'closed'),
      placedAt: { ...time, type: ['string', 'null'] },
      lines: list(
        object({
          line: text,
          sku: { type: ['string', 'null'], description: 'Null as long as nobody knows which item is meant.' },
          'name?': { ...text, description: 'What was told instead of a SKU that is not known yet.' },
          ordered: number,
          cancelled: number,
          shipped: number,
          returned: number,
          refunded: number,
          open: number,
          parked: flag,
        }),
      ),
      shipments: list(
        object({
          shipmentId: text,
          location: text,
          shippedAt: time,
          tracking: {
            anyOf: [object({ 'carrier?': text, 'number?': text, 'url?': text }), { type: 'null' }],
          },
          lines: list(object({ line: text, sku: { type: ['string', 'null'] }, quantity: number })),
        }),
      ),
      history: list(
        object({ type: text, source: text, id: text, position, occurredAt: time, recordedAt: time }),
      ),
    },
    { additionalProperties: true },
  ),
  Parked: object({ ...waiting, line: text }),
  Rejected: object({
    ...waiting,
    'line?': text,
    'pointer?': text,
    'hint?': text,
    'door?': { type: 'string', description: 'Where it came in.' },
    'cutFromBytes?': { type: 'integer', description: 'How long it was, where `raw` was cut.' },
  }),
  Exception: object(exception),
  ClosedException: object({ ...exception, position }),
  Retried: object({ id: text, releasedLines: count, waitingLines: count, 'position?': position }),
  Dismissed: object({ id: text, position }),
  TimelineRow: object({
    position,
    kind: text,
    'location?': text,
    'disposition?': text,
    quantity: number,
    balance: number,
    'document?': text,
    'message?': message,
    occurredAt: time,
    recordedAt: time,
  }),
  Explanation: object({
    available: number,
    version: position,
    terms: list(term),
    policies: list(object({ scope: text, field: text, value: {}, position })),
    'components?': list(object({ sku: text, required: number, available: number, terms: list(term) })),
  }),
  Changes: object({
    from: object({ at: time, available: number }),
    to: object({ at: time, available: number }),
    changes: list(object({ cause: text, delta: number, events: list(evidence) })),
  }),
  CompletenessRow: object({
    source: text,
    received: count,
    accepted: count,
    duplicate: count,
    parked: count,
    rejected: count,
    released: count,
    sequenceGaps: count,
  }),
  Status: object({
    store: text,
    head: position,
    posted: position,
    projected: position,
    published: position,
    lag: object({ seconds: number }, { additionalProperties: true }),
    counts: object({ received: count, accepted: count, duplicate: count, parked: count, rejected: count }),
  }),
  Health: object({ status: text }, { additionalProperties: true }),
  OpenApi: { type: 'object', description: 'This document.' },
} as const satisfies Record<string, Schema>;

/** One page of each kind of row, named `{Row}Page`. */
const PAGED = [
  'Location',
  'Source',
  'Channel',
  'Listing',
  'Policy',
  'Item',
  'Availability',
  'Publication',
  'Reservation',
  'Parked',
  'Rejected',
  'Exception',
  'TimelineRow',
  'CompletenessRow',
] as const satisfies (keyof typeof ANSWER_SCHEMAS)[];

export type AnswerName = keyof typeof ANSWER_SCHEMAS | `${(typeof PAGED)[number]}Page`;

export const answerSchemas = (): Record<string, Schema> => ({
  ...ANSWER_SCHEMAS,
  ...Object.fromEntries(PAGED.map((name) => [`${name}Page`, page(schemaRef(name))])),
});
