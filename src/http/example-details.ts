/** What an answer with this code may say, for the documentation; the real one names what it is about. */
const DETAILS: Readonly<Record<string, string>> = {
  CHANNEL_MISMATCH: 'This key is of channel web. Send only what is its own.',
  CHANNEL_UNKNOWN: 'There is no channel "wbe". Define it first.',
  CONTENTION: 'Others changed the same at the same time: ask again.',
  CURSOR_INVALID: 'The cursor is not one of this list: begin again without it.',
  EVENT_TYPE_UNKNOWN: '"order.palced" is not known here. Send one of: order.placed, …',
  ID_INVALID_CHAR: 'It has a character that no id has: send a to z, 0 to 9 and -.',
  ID_REUSED_WITH_DIFFERENT_CONTENT:
    'This id was told before with other content. Send a new id for new content.',
  ID_TAKEN: 'A channel has this id already: name the source another way.',
  INSUFFICIENT_STOCK: 'There is too little to hold all of it: ask for less, under a new reservationId.',
  INTERNAL_ERROR: 'It is our mistake. Tell us the instance: the log has it under the same words.',
  INVALID_JSON: 'It is not JSON at line 3, column 7: a comma is missing.',
  INVALID_PARAMETER: 'limit is a whole number from 1 to 1000.',
  ITEM_UNKNOWN: 'There is no item "MUG-RDE". Define it first.',
  KEY_REQUIRED:
    'Send a key that is in force as `Authorization: Bearer oh_…`: `onhand keys create` makes one.',
  LOCATION_UNKNOWN: 'There is no location "eats". Define it first.',
  MEDIA_TYPE: 'The Content-Type is not one that is taken here: send application/json, in UTF-8.',
  MESSAGE_TOO_LARGE: 'The body is larger than 4 MB: send it in parts.',
  MISSING_FIELD: 'The field sku is missing. Send it.',
  NOT_YET: 'What atLeast names is not in the answer yet: ask again.',
  OUT_OF_RANGE: '2000 is out of range. Send a number from 0 to 1000.',
  QUANTITY_NEGATIVE: 'It is -1. Send 0 or more.',
  QUANTITY_ZERO: 'A quantity of 0 moves nothing. Leave the line out.',
  SCOPE_REQUIRED: 'A key of kind channel may not do this: use one that may, see `onhand keys`.',
  SERVICE_BUSY: 'More than 2000 requests are being answered: try again in a moment.',
  SHUTTING_DOWN: 'The service is stopping: try again soon.',
  STALE_VALUE: 'It is 7 now, not 5: look again, and decide anew.',
  STORE_FULL: 'No room is left on the disk of the log: free some, then send it again.',
  STORE_UNAVAILABLE: 'The log does not answer: send it again after Retry-After.',
  TOO_MANY_REQUESTS: 'This key asks too often: wait as long as Retry-After says.',
  UNKNOWN_FIELD: 'There is no field "quantiy" here. Leave it out.',
  VALUE_UNKNOWN: '"shpo" is not known here. Send one of: warehouse, store, …',
  WRONG_TYPE: 'This is "5". Send a number, without quotes.',
};

export const exampleDetail = (code: string): string =>
  DETAILS[code] ?? 'One sentence that names what it is about, and says what to do next.';
