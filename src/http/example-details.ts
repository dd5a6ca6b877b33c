/** What an answer with this code may say, for the documentation; the real one names what it is about. */
const DETAILS: Readonly<Record<string, string>> = {
  CHANNEL_MISMATCH:
    'This key belongs to "web" and cannot send messages of "market". Set source to "web", or use the key of "market".',
  CHANNEL_UNKNOWN: 'There is no channel "wbe". Define it first.',
  CONTENTION: 'Too many requests are changing MUG-RED at this moment. Try again.',
  CURSOR_INVALID: 'This cursor does not belong to this list. Start again without a cursor.',
  EVENT_TYPE_UNKNOWN: '"order.palced" is not a valid value. Send one of: order.placed, …',
  ID_INVALID_CHAR:
    '"Web Shop" is not the id of a source, channel or location. Use only a-z, 0-9 and, after the first character, "-".',
  ID_REUSED_WITH_DIFFERENT_CONTENT:
    '"web" has already sent the id "1001" with other content. Send a new fact under a new id.',
  ID_TAKEN:
    '"web" is already the id of a channel; channels and sources share one set of ids. Choose another id for the source.',
  INSUFFICIENT_STOCK:
    'Less is available than was asked for, so nothing was held. Ask for at most what `shortages` says is available, under a new reservationId.',
  INTERNAL_ERROR: 'An error inside OnHand. Report the instance of this problem to its operator.',
  INVALID_JSON:
    'The text is not valid JSON at byte 47: a character is not allowed there. Correct it and send it again.',
  INVALID_PARAMETER: '?limit is "0". Send a whole number from 1 to 1000.',
  ITEM_UNKNOWN: 'There is no item "MUG-RDE". Define it first.',
  KEY_REQUIRED:
    'A valid key is required. Send one as `Authorization: Bearer oh_…`; `onhand keys create` makes one.',
  LOCATION_UNKNOWN: 'There is no location "eats". Define it first.',
  MEDIA_TYPE: 'The Content-Type is not supported here. Send application/json, in UTF-8.',
  MESSAGE_TOO_LARGE: 'The body is larger than 4 MB. Send it in several requests.',
  MISSING_FIELD: 'The field sku is missing. Send it.',
  NOT_YET: 'The answer does not include position 1204 after 2 seconds. Try again after Retry-After.',
  OUT_OF_RANGE: '2000 is out of range. Send a number from 0 to 1000.',
  QUANTITY_NEGATIVE: '-1 is negative. Send 0 or more.',
  QUANTITY_ZERO: 'A quantity of 0 moves nothing. Leave the line out.',
  SCOPE_REQUIRED:
    'A key of kind channel may not do this. Use a key that may; `onhand keys create` makes one.',
  SERVICE_BUSY: 'More than 2000 requests are being answered. Try again in a moment.',
  SHUTTING_DOWN: 'The service is stopping. Try again soon.',
  STALE_VALUE:
    'The quantity on hand is no longer expectedOnHand; `current` is what it is now. Decide again from there.',
  STORE_FULL: 'The disk is full, and nothing was written. Free some space, then send it again.',
  STORE_UNAVAILABLE: 'The event store does not answer. Send it again after Retry-After.',
  TOO_MANY_REQUESTS:
    'This key sends more than 20000 requests per second. Wait as long as Retry-After says, and send many messages in one request.',
  UNKNOWN_FIELD: 'There is no field "quantiy" here. Leave it out.',
  VALUE_UNKNOWN: '"shpo" is not a valid value. Send one of: warehouse, store, …',
  WRONG_TYPE: 'The value is "5". Send a number, without quotes.',
};

export const exampleDetail = (code: string): string =>
  DETAILS[code] ?? 'What is wrong, with the value, and what to do next.';
