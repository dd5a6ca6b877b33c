import { MESSAGE_LINES_MAX } from '#inventory';
import { type Clock, type Instant, toUnits } from '#kernel';
import type { FileReading } from '../files/file-reading.ts';
import { readMessage } from '../read-message.ts';
import { joinKey, partId } from './apply.ts';
import type { OpeningRule } from './opening-rule.ts';
import type { OpeningStock } from './opening-stock.ts';

/** How long before the earliest time of the file its opening stock is dated. */
const LEAD_MS = 1_000;

/** The opening stock as receipts with as many lines as a message may have, to be taken before everything else. */
export function openingMessages(
  { documentId, location }: OpeningRule,
  { stock, earliest }: { readonly stock: OpeningStock; readonly earliest: Instant },
  { source, clock }: { readonly source: string; readonly clock: Clock },
): FileReading[] {
  const lines = stock.needed().map(({ sku, quantity }) => ({ sku, quantity: toUnits(quantity) }));
  const readings: FileReading[] = [];
  for (let at = 0; at < lines.length; at += MESSAGE_LINES_MAX) {
    const value = {
      id: partId(joinKey([documentId]), readings.length + 1),
      source,
      type: 'stock.received',
      time: new Date(earliest - LEAD_MS).toISOString(),
      data: { documentId, location, lines: lines.slice(at, at + MESSAGE_LINES_MAX) },
    };
    const reading = readMessage(value, { now: clock.now() });
    const place = { rows: 0, line: 0 };
    readings.push(
      'message' in reading ? { ...reading, ...place } : { ...reading, raw: JSON.stringify(value), ...place },
    );
  }
  return readings;
}
