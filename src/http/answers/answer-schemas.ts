import {
  CAUSES,
  CHANNEL_KINDS,
  EXCEPTION_KINDS,
  LOCATION_KINDS,
  SOURCE_KINDS,
  TERM_NAMES,
  UNKNOWN_ITEMS,
} from '#inventory';
import {
  count,
  flag,
  list,
  map,
  number,
  object,
  orNull,
  position,
  type Schema,
  says,
  schemaRef,
  text,
  time,
  words,
} from './schema-words.ts';

/** What is answered, in JSON Schema's words. Specs hold every answer against these. */

const cause = says('The kind of event that caused it.', words(...CAUSES));
const unknownItems = words(...UNKNOWN_ITEMS);
const outcomes = {
  received: says('accepted + duplicate + parked + rejected.', count),
  accepted: count,
  duplicate: count,
  parked: count,
  rejected: count,
};

const exception: Readonly<Record<string, Schema>> = {
  id: text,
  kind: words(...EXCEPTION_KINDS),
  state: words('open', 'cleared', 'resolved'),
  sku: text,
  'location?': text,
  'channel?': text,
  'orderId?': text,
  quantity: says('The quantity it is about now; it shrinks as stock or later facts arrive.', number),
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
    next: {
      type: ['string', 'null'],
      description: 'Send it as `cursor` to get the next page; null on the last page.',
    },
  });

const availability = object({
  channel: text,
  listing: text,
  sku: text,
  available: says("What the channel may offer, in its listing's units; never below 0.", number),
  version: says(
    'The position of the event that caused the number. Ignore a number whose version is not above the one you have.',
    position,
  ),
  recordedAt: time,
  reason: cause,
});
const message = object({ source: text, id: text });
const evidence = object({ position, 'message?': orNull(message) });
const term = object({
  name: words(...TERM_NAMES),
  value: orNull(number),
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
const ENDS = ['confirmed', 'released', 'expired'];
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
  'parked?': says(
    'The lines that wait for the catalog; the others are posted.',
    list(object({ line: text, code: text, detail: text })),
  ),
  'flags?': says(
    'What is already known to be unusual about it; the message counts all the same.',
    list(words(...EXCEPTION_KINDS)),
  ),
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
      'shortages?': says(
        'INSUFFICIENT_STOCK: by item, how much may be held.',
        list(object({ sku: text, requested: number, available: number })),
      ),
      'current?': says('STALE_VALUE: what is on hand now.', number),
      'state?': says('RESERVATION_TERMINAL: how the reservation ended.', words(...ENDS)),
    },
    { additionalProperties: true, description: 'RFC 9457. `detail` says what to do next.' },
  ),
  Result: result,
  Results: object({
    results: list(schemaRef('Result')),
    counts: object({ accepted: count, duplicate: count, parked: count, rejected: count }),
  }),
  Location: object({ id: text, name: text, kind: words(...LOCATION_KINDS), active: flag, ...setup }),
  Source: object({ id: text, name: text, kind: words(...SOURCE_KINDS), unknownItems, ...setup }),
  Channel: object({
    id: text,
    name: text,
    kind: words(...CHANNEL_KINDS),
    locations: says('In order of priority.', list(text)),
    lists: words('all', 'listed'),
    unknownItems,
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
        row: { type: 'integer', minimum: 1, description: 'The line of the file, counted from 1.' },
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
    'sent?': says(
      'The newest number that was sent, acknowledged or not.',
      object({ version: position, via: words('webhook', 'feed', 'kafka'), at: time }),
    ),
    'acknowledged?': says(
      'The newest number that was acknowledged.',
      object({ version: position, at: time }),
    ),
    'refused?': says(
      'Sent, not acknowledged, and being retried.',
      object({ version: position, code: text, at: time }),
    ),
    'staleSince?': says(
      'Since when the channel may be selling by an older number; absent if it has the newest.',
      time,
    ),
  }),
  Webhook: object({
    'origin?': text,
    'state?': says(
      '`degraded`: the last attempt failed. `failing`: so many in a row failed that only retries are sent.',
      words('ok', 'degraded', 'failing'),
    ),
    'failuresInARow?': count,
    'waiting?': count,
    'underway?': count,
    'retrying?': count,
    'failingSince?': time,
    'lastTakenAt?': time,
    'lastFailure?': object({ at: time, code: text }),
    'nextTryAt?': time,
  }),
  Order: object({
    orderId: text,
    channel: text,
    status: words('pending', 'open', 'partially_shipped', 'shipped', 'cancelled', 'closed'),
    placedAt: orNull(time),
    lines: list(
      object({
        line: text,
        sku: {
          type: ['string', 'null'],
          description: 'Null as long as it is not known which item is meant.',
        },
        'name?': { ...text, description: 'What was sent in place of a SKU that is not known yet.' },
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
        'tracking?': orNull(object({ 'carrier?': text, 'number?': text, 'url?': text })),
        lines: list(object({ line: text, sku: orNull(text), quantity: number })),
      }),
    ),
    history: list(
      object({ type: text, source: text, id: text, position, occurredAt: time, recordedAt: time }),
    ),
    version: says('Grows with each change of the order.', position),
  }),
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
    kind: cause,
    'location?': text,
    'disposition?': text,
    quantity: says('Signed; for a count, the difference it made.', number),
    balance: says('The balance before it, plus the quantity.', number),
    'document?': text,
    'message?': message,
    occurredAt: time,
    recordedAt: time,
  }),
  Explanation: object({
    available: number,
    version: position,
    terms: says(
      'Put into the formula, they give exactly `available`: `+ sellable`, `- committed` and so on.',
      list(term),
    ),
    policies: list(object({ scope: text, field: text, value: {}, position })),
    'components?': list(object({ sku: text, required: number, available: number, terms: list(term) })),
  }),
  Changes: object({
    from: object({ at: time, available: number }),
    to: object({ at: time, available: number }),
    changes: says(
      'Their deltas add up to the difference.',
      list(object({ cause, delta: number, events: list(evidence) })),
    ),
  }),
  CompletenessRow: object({
    source: says('`(unknown)` for messages whose source is not registered or could not be read.', text),
    ...outcomes,
    released: says('How many of the parked messages have been released since.', count),
    sequenceGaps: says(
      'How many numbers are missing between the lowest and the highest `sequence` received.',
      count,
    ),
  }),
  Status: object({
    store: text,
    head: says('The newest event of the log. At rest the four positions are equal.', position),
    posted: says('Every event up to here is posted to the stock.', position),
    projected: says('Reads include every event up to here.', position),
    published: says('The numbers of every event up to here are published.', position),
    lag: object({ seconds: number }, { additionalProperties: true }),
    counts: says('Since the log began.', object(outcomes)),
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
