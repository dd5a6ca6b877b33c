/**
 * HTTP numbers by code: the only place that knows them. Everything not named is malformed input, 400.
 * A `…_UNKNOWN` here is of something named in a body; the door that finds its path names nothing says 404.
 */
const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  KEY_REQUIRED: 401,
  CHANNEL_MISMATCH: 403,
  CROSS_SITE: 403,
  SCOPE_REQUIRED: 403,
  UNKNOWN_SOURCE: 403,
  EXCEPTION_UNKNOWN: 404,
  NOT_FOUND: 404,
  PARKED_UNKNOWN: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  CONTENTION: 409,
  ID_REUSED_WITH_DIFFERENT_CONTENT: 409,
  INSUFFICIENT_COMMITMENT: 409,
  INSUFFICIENT_STOCK: 409,
  RESERVATION_TERMINAL: 409,
  STALE_VALUE: 409,
  MESSAGE_TOO_LARGE: 413,
  MEDIA_TYPE: 415,
  CHANNEL_UNKNOWN: 422,
  IDENTIFIER_AMBIGUOUS: 422,
  ITEM_UNKNOWN: 422,
  KIT_CYCLE: 422,
  LISTING_UNKNOWN: 422,
  LOCATION_UNKNOWN: 422,
  NOT_ALLOWED_FOR_KIT: 422,
  ORDER_UNKNOWN: 422,
  POLICY_UNKNOWN: 422,
  RESERVATION_UNKNOWN: 422,
  SOURCE_UNKNOWN: 422,
  TOO_MANY_NUMBERS: 422,
  TRANSFER_SAME_LOCATION: 422,
  TOO_MANY_FEEDS: 429,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_ERROR: 500,
  LEDGER_CLOSED: 503,
  NOT_YET: 503,
  ROLE_NOT_HERE: 503,
  SERVICE_BUSY: 503,
  SHUTTING_DOWN: 503,
  STORE_UNAVAILABLE: 503,
  STORE_FULL: 507,
};
/** What a quantity that is none is refused with; where it must not be 0, QUANTITY_ZERO too. */
export const QUANTITY_PROBLEMS = ['QUANTITY_NEGATIVE', 'QUANTITY_TOO_PRECISE'];
/** What a policy is refused with, put or only looked at. */
export const POLICY_PROBLEMS = [
  'SCOPE_INVALID',
  'CHANNEL_UNKNOWN',
  'LOCATION_UNKNOWN',
  'ITEM_UNKNOWN',
  'LISTING_UNKNOWN',
  'TIMESTAMP_INVALID',
  ...QUANTITY_PROBLEMS,
];

const MALFORMED = 400;

export const statusOf = (code: string): number => STATUS_BY_CODE[code] ?? MALFORMED;

/** `INSUFFICIENT_STOCK` is "Insufficient stock". */
export function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
