import { compareFacts, type Entry, type FactKey } from '../entry.ts';
import type { Message, MessageOf } from '../message.ts';
import { type DocumentContext, sumLines } from './document-lines.ts';
import { factKeyOf } from './told-message.ts';
import type { ToldFact } from './told-stream.ts';

type Snapshot = MessageOf<'stock.snapshot'>;

/**
 * A snapshot anchors what it lists at its `asOf`; a complete one also says that all else is 0 there. A long
 * one comes as several messages of one document: what any of them lists is listed. They stand where the last
 * of them stands, so that no sweep of one is later than the counts of another, whichever comes first.
 */
export function snapshotEntries(message: Snapshot, context: DocumentContext): Entry[] {
  const others = context.facts.filter((fact) => isPartOf(fact.message, message));
  const key = others
    .map(({ message: other }) => snapshotKey(other as Snapshot))
    .reduce(later, snapshotKey(message));
  const { location, watermark, complete } = message.data;
  const mark = watermark === undefined ? {} : { watermark };
  const counts = sumLines(message.data.lines, context).map(({ sku, disposition, quantity }): Entry => ({
    kind: 'count',
    key,
    sku,
    location,
    disposition,
    quantity,
    cause: 'snapshot',
    ...mark,
  }));
  if (complete !== true) return counts;
  return [...counts, { kind: 'sweep', key, location, listed: listedIn(context, others), ...mark }];
}

const snapshotKey = (message: Snapshot): FactKey => ({ ...factKeyOf(message), at: message.data.asOf });

const later = (a: FactKey, b: FactKey): FactKey => (compareFacts(a, b) < 0 ? b : a);

/** Another part of the same snapshot. */
function isPartOf(other: Message, { id, data }: Snapshot): boolean {
  if (other.type !== 'stock.snapshot' || other.id === id) return false;
  return other.data.asOf === data.asOf && other.data.location === data.location;
}

function listedIn({ all }: DocumentContext, others: readonly ToldFact[]): readonly string[] {
  const listed = new Set(all.map(({ sku }) => sku));
  for (const { lines } of others) for (const { sku } of lines) listed.add(sku);
  return [...listed];
}
