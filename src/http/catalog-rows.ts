import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ImportRow } from '#catalog';
import { CHANNEL_KINDS, isRejection, type Rejection, SOURCE_KINDS, LOCATION_KINDS } from '#inventory';
import { decodeUtf8 } from '#intake';
import { checkWebhook } from '#publishing/webhook';
import { type Body, tryToRead } from './bodies/body.ts';
import {
  CHANNEL_ROW,
  ITEM_ROW,
  LISTING_ROW,
  LOCATION_ROW,
  PREVIEW_BODY,
  SOURCE_ROW,
} from './bodies/setup-bodies.ts';
import { csvRows } from './catalog-csv.ts';
import { refuseTooManyRows } from './catalog-rows-max.ts';
import { Refusal } from './problem.ts';
import { toChannel, toItem, toListing, toLocation, toPolicy, toSource } from './wire/setup-wire.ts';

/** The rows of an import as they were told. */
export interface ToldRows {
  /** On which line each stands, from 1. */
  readonly lines: readonly number[];
  /** Each as JSON, or why it is none; made when it is asked for, and once. */
  readonly json: Iterable<string | Rejection>;
}

interface CatalogRules {
  readonly allowPrivateWebhooks: boolean;
}

/** Cuts JSON Lines or CSV into its rows. Throws a Refusal where the file as a whole cannot be read. */
export function cutCatalogRows(bytes: Uint8Array, contentType: string): ToldRows {
  const text = decodeUtf8(bytes);
  const isCsv = contentType.toLowerCase().startsWith('text/csv');
  if (typeof text !== 'string') throw new Refusal(isCsv ? { ...text, code: 'CSV_ENCODING' } : text);
  if (isCsv) return csvRows(text);
  const lines = text.split('\n').map((json, index) => ({ line: index + 1, json }));
  const told = lines.filter(({ json }) => json.trim() !== '');
  if (told.length === 0) throw new Refusal(EMPTY);
  refuseTooManyRows(told.length);
  return { lines: told.map(({ line }) => line), json: told.map(({ json }) => json) };
}

/** Rows read within one turn of the event loop: those of a large file take seconds, in which others are served too. */
const ROWS_A_TURN = 100;

/** What each row is, or why it is none. */
export async function* readCatalogRows(told: ToldRows, rules: CatalogRules): AsyncGenerator<ImportRow> {
  let read = 0;
  for (const json of told.json) {
    if (++read % ROWS_A_TURN === 0) await nextTurn();
    yield readRow(json, rules);
  }
}

const EMPTY: Rejection = { code: 'EMPTY_PAYLOAD', detail: 'The body is empty. Send at least one row.' };

function readRow(json: string | Rejection, rules: CatalogRules): ImportRow {
  if (typeof json !== 'string') return { kind: 'rejected', rejection: json };
  const read = READERS[kindOf(json)];
  const row = read(json);
  if (isRejection(row)) return { kind: 'rejected', rejection: row };
  const webhook = row.kind === 'channel' ? row.resource.webhook : undefined;
  const forbidden = webhook && checkWebhook(webhook, { allowPrivate: rules.allowPrivateWebhooks });
  return forbidden === undefined ? row : { kind: 'rejected', rejection: forbidden };
}

type Resource = Exclude<ImportRow, { kind: 'rejected' }>;
type Kind = Resource['kind'] | 'unknown';

/** The kind of a row, told by its fields: nothing else says it. A row that cannot be parsed is read as an item. */
function kindOf(json: string): Kind {
  const told = peek(json);
  if (told['scope'] !== undefined) return 'policy';
  if (told['listing'] !== undefined) return 'listing';
  if (told['id'] === undefined) return 'item';
  const { resource, kind } = told;
  if (resource === 'location' || resource === 'source' || resource === 'channel') return resource;
  if (CHANNEL_KINDS.some((known) => known === kind)) return 'channel';
  const mayBeLocation = LOCATION_KINDS.some((known) => known === kind) && told['unknownItems'] === undefined;
  const mayBeSource = SOURCE_KINDS.some((known) => known === kind) && told['active'] === undefined;
  if (mayBeLocation !== mayBeSource) return mayBeLocation ? 'location' : 'source';
  return 'unknown';
}

function peek(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const READERS: Readonly<Record<Kind, (json: string) => Resource | Rejection>> = {
  item: reader(ITEM_ROW, (told) => ({ kind: 'item', resource: toItem(told.sku, told) })),
  listing: reader(LISTING_ROW, (told) => ({
    kind: 'listing',
    resource: toListing(told.channel, told.listing, told),
  })),
  policy: reader(PREVIEW_BODY, (told) => ({ kind: 'policy', resource: toPolicy(told.scope, told) })),
  location: reader(LOCATION_ROW, (told) => ({ kind: 'location', resource: toLocation(told.id, told) })),
  source: reader(SOURCE_ROW, (told) => ({ kind: 'source', resource: toSource(told.id, told) })),
  channel: reader(CHANNEL_ROW, (told) => ({ kind: 'channel', resource: toChannel(told.id, told) })),
  unknown: () => ({
    code: 'MISSING_FIELD',
    pointer: '/resource',
    detail:
      'The row could be more than one kind of resource. Add "resource": "location", "source" or "channel".',
  }),
};

function reader<Told>(
  body: Body<Told>,
  make: (told: Told) => Resource,
): (json: string) => Resource | Rejection {
  return (json) => {
    const reading = tryToRead<Told>(body.type, json);
    if ('problems' in reading) return reading.problems[0];
    try {
      return make(reading.value);
    } catch (error) {
      if (error instanceof Refusal) return error.rejections[0];
      throw error;
    }
  };
}
