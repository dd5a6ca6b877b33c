import type { RecordedEvent } from '#event-store';
import {
  type FactRecorded,
  type IntakeEvent,
  isFactType,
  type JournalEvent,
  lineNameOf,
  type MessageRejected,
  type MessagesRepeated,
  type ParkedLineDismissed,
  type ParkedLinesReleased,
} from '#inventory';
import type { Fold, ReadModel, Shelf, ShelfEntry } from '#read-model';
import {
  emptySourceRow,
  idOfKey,
  keyOfId,
  messageKey,
  type MessageSums,
  noMessages,
  type ParkedMessageName,
  type ParkedMessageRow,
  type ParkedRow,
  type RejectedRow,
  rowKey,
  type SourceRow,
} from './journal-rows.ts';
import { addSequence, missingIn } from './sequence-gaps.ts';

/** A parked line, with its message as it arrived. */
export type ParkedLineShown = { readonly id: string } & ParkedRow & Raw;
export type RejectedShown = { readonly id: string } & RejectedRow;

interface Raw {
  readonly raw: string;
  readonly rawEncoding: 'utf8' | 'base64';
}

/** What lines may wait for: one name, all names with a prefix, or that their source may create items. */
export type WaitingCause =
  { readonly name: string } | { readonly prefix: string } | { readonly source: string };

interface Waiting {
  readonly message: ParkedMessageName;
  /** The next page goes on after this. */
  readonly after: string;
}

/** One page of a list; with `source`, only of that source's rows. */
export interface JournalPage {
  readonly source?: string;
  /** The id last seen. */
  readonly after?: string;
  readonly limit: number;
}

/** received = accepted + duplicate + parked + rejected: each message as it was answered, for ever. */
export interface CompletenessRow {
  readonly source: string;
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly parked: number;
  readonly rejected: number;
  readonly released: number;
  /** How many numbers are missing between the lowest and the highest told. */
  readonly sequenceGaps: number;
}

export type JournalCounts = Omit<CompletenessRow, 'source' | 'released' | 'sequenceGaps'>;

/** Rows that contain whole messages are large: only few of them stay in memory. */
const WORDY_ROWS_HOT_MAX = 100;

/** What became of every message: what is parked, what was refused, and proof that nothing was lost. */
export class JournalBook implements Fold {
  readonly categories = ['order', 'document', 'transfer', 'intake'];
  readonly #parked: Shelf<ParkedRow>;
  readonly #messages: Shelf<ParkedMessageRow>;
  /** The key is what a line waits for, and the line's key. */
  readonly #waiting: Shelf<object>;
  readonly #rejected: Shelf<RejectedRow>;
  readonly #sources: Shelf<SourceRow>;
  /** One row, the sum over all sources: it is asked for every second, and nothing need be summed then. */
  readonly #sums: Shelf<MessageSums>;

  constructor(readModel: ReadModel) {
    const bySource = ({ source }: { readonly source: string }): string => source;
    this.#parked = readModel.shelf<ParkedRow>({ name: 'journal-parked', version: 1, indexes: { bySource } });
    this.#messages = readModel.shelf({
      name: 'journal-parked-messages',
      version: 1,
      hotRowsMax: WORDY_ROWS_HOT_MAX,
    });
    this.#waiting = readModel.shelf({ name: 'journal-waiting', version: 1 });
    this.#rejected = readModel.shelf<RejectedRow>({
      name: 'journal-rejected',
      version: 1,
      indexes: { bySource },
      hotRowsMax: WORDY_ROWS_HOT_MAX,
    });
    this.#sources = readModel.shelf({ name: 'journal-sources', version: 1 });
    this.#sums = readModel.shelf({ name: 'journal-sums', version: 1 });
  }

  /** Parked lines, oldest first. */
  parked(page: JournalPage): readonly ParkedLineShown[] {
    return pageOf(this.#parked, page).map(({ key, row }) => this.#shown(key, row));
  }

  parkedLine(id: string): ParkedLineShown | undefined {
    const key = keyOfId(id);
    const row = key === undefined ? undefined : this.#parked.get(key);
    return row && this.#shown(key!, row);
  }

  parkedCount(): number {
    return this.#parked.count();
  }

  /** The messages of lines that wait for this, one for each line; `after` of the last one begins the next page. */
  waiting(
    cause: WaitingCause,
    page: { readonly after?: string; readonly limit: number },
  ): readonly Waiting[] {
    if ('source' in cause) {
      const behind = page.after === undefined ? {} : { after: { value: cause.source, key: page.after } };
      const lines = this.#parked.byIndex('bySource', { equals: cause.source, ...behind, limit: page.limit });
      return lines.map(({ key, row }) => ({ after: key, message: row }));
    }
    const start = 'name' in cause ? `${cause.name}\n` : cause.prefix;
    const found = this.#waiting.byKey({ after: page.after ?? start, limit: page.limit });
    return found
      .filter(({ key }) => key.startsWith(start))
      .map(({ key }) => ({ after: key, message: this.#parked.get(key.slice(key.lastIndexOf('\n') + 1))! }));
  }

  /** What was refused, oldest first. */
  rejected(page: JournalPage): readonly RejectedShown[] {
    return pageOf(this.#rejected, page).map(({ key, row }) => ({ id: idOfKey(key), ...row }));
  }

  /** By source, including `(unknown)`, after the source `after`. */
  completeness(page: { readonly after?: string; readonly limit: number }): readonly CompletenessRow[] {
    return this.#sources.byKey(page).map(({ key, row }) => completenessOf(key, row));
  }

  completenessOf(source: string): CompletenessRow | undefined {
    const row = this.#sources.get(source);
    return row && completenessOf(source, row);
  }

  /** Over all sources. */
  counts(): JournalCounts {
    return withReceived(this.#sums.get(ALL) ?? noMessages());
  }

  apply(event: RecordedEvent): void {
    if (isFactType(event.type)) return this.#recorded(event as RecordedEvent<FactRecorded>);
    const known = event as RecordedEvent & (JournalEvent | IntakeEvent);
    switch (known.type) {
      case 'MessagesRepeated':
        return this.#repeated(known.data);
      case 'MessageRejected':
        return this.#refused(known.data, known);
      case 'ParkedLinesReleased':
        return this.#released(known.data, known);
      case 'ParkedLineDismissed':
        return this.#dismissed(known.data, known);
      default: // Events of other rooms.
    }
  }

  #recorded({ data, stream, position, recordedAt }: RecordedEvent<FactRecorded>): void {
    const { message, parked } = data;
    const row = this.#count(message.source, parked.length === 0 ? 'accepted' : 'parked', 1);
    if (message.sequence !== undefined) addSequence(row.gaps, message.sequence);
    if (parked.length === 0) return;

    const { text, encoding } = data.raw ?? { text: JSON.stringify(message), encoding: 'utf8' };
    const words = { position, raw: text, rawEncoding: encoding, waitingLines: parked.length };
    const { source, id: messageId } = message;
    this.#messages.put(messageKey({ stream, source, messageId }), words);
    for (const { index, code, detail, waitsFor } of parked) {
      const key = rowKey(position, index);
      const line = lineNameOf(message, index);
      this.#parked.put(key, { stream, source, messageId, index, line, code, detail, waitsFor, recordedAt });
      for (const name of waitsFor) this.#waiting.put(`${name}\n${key}`, {});
    }
  }

  #repeated({ source, ids, sequences }: MessagesRepeated): void {
    const row = this.#count(source, 'duplicate', ids.length);
    for (const sequence of sequences) addSequence(row.gaps, sequence);
  }

  #refused(data: MessageRejected, { position, recordedAt }: RecordedEvent): void {
    const { sequence, ...shown } = data;
    const row = this.#count(data.source, 'rejected', 1);
    if (sequence !== undefined) addSequence(row.gaps, sequence);
    this.#rejected.put(rowKey(position, 0), { ...shown, recordedAt });
  }

  #released({ source, id, lines, rejected }: ParkedLinesReleased, event: RecordedEvent): void {
    const key = messageKey({ stream: event.stream, source, messageId: id });
    const words = this.#messages.get(key);
    if (words === undefined) return;
    const { position, recordedAt } = event;
    const { raw, rawEncoding } = words;
    for (const { index, code, detail } of rejected) {
      const line = this.#parked.get(rowKey(words.position, index))?.line;
      const refused = { source, messageId: id, ...(line !== undefined && { line }), code, detail };
      this.#rejected.put(rowKey(position, index), { ...refused, raw, rawEncoding, recordedAt });
    }
    if (lines.length > 0) words.wasReleased = true;
    this.#endWaiting(
      key,
      source,
      [...lines, ...rejected].map(({ index }) => index),
    );
  }

  #dismissed({ source, id, index }: ParkedLineDismissed, { stream }: RecordedEvent): void {
    this.#endWaiting(messageKey({ stream, source, messageId: id }), source, [index]);
  }

  /** These lines of a message no longer wait. After the last of them the raw message is dropped. */
  #endWaiting(messageName: string, source: string, indexes: readonly number[]): void {
    const words = this.#messages.get(messageName);
    if (words === undefined) return;
    for (const index of indexes) {
      const key = rowKey(words.position, index);
      for (const name of this.#parked.get(key)?.waitsFor ?? []) this.#waiting.delete(`${name}\n${key}`);
      this.#parked.delete(key);
      words.waitingLines--;
    }
    if (words.waitingLines > 0) return this.#messages.put(messageName, words);
    this.#messages.delete(messageName);
    if (words.wasReleased !== true) return;
    const row = this.#sourceRow(source);
    row.released++;
    this.#sources.put(source, row);
  }

  /** Counts messages of a source. The row it returns may be changed further in this turn: it is written at its end. */
  #count(source: string, outcome: keyof MessageSums, messages: number): SourceRow {
    const sums = this.#sums.get(ALL) ?? noMessages();
    sums[outcome] += messages;
    this.#sums.put(ALL, sums);
    const row = this.#sourceRow(source);
    row[outcome] += messages;
    this.#sources.put(source, row);
    return row;
  }

  #sourceRow(source: string): SourceRow {
    return this.#sources.get(source) ?? emptySourceRow();
  }

  #shown(key: string, row: ParkedRow): ParkedLineShown {
    const words = this.#messages.get(messageKey(row));
    const { raw, rawEncoding } = words ?? { raw: '', rawEncoding: 'utf8' };
    return { id: idOfKey(key), ...row, raw, rawEncoding };
  }
}

/** The key of the one row of sums. */
const ALL = 'all';

function pageOf<Row extends { readonly source: string }>(
  shelf: Shelf<Row>,
  { source, after: id, limit }: JournalPage,
): readonly ShelfEntry<Row>[] {
  const after = id === undefined ? undefined : keyOfId(id);
  if (source === undefined) return shelf.byKey({ after, limit });
  const behind = after === undefined ? {} : { after: { value: source, key: after } };
  return shelf.byIndex('bySource', { equals: source, ...behind, limit });
}

function completenessOf(source: string, row: SourceRow): CompletenessRow {
  return { source, ...withReceived(row), released: row.released, sequenceGaps: missingIn(row.gaps) };
}

function withReceived({ accepted, duplicate, parked, rejected }: MessageSums): JournalCounts {
  const received = accepted + duplicate + parked + rejected;
  return { received, accepted, duplicate, parked, rejected };
}
