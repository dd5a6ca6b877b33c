import type { RecordedEvent } from '#event-store';
import { type FactRecorded, isFactType, type MessageRejected, type MessagesRepeated } from '#inventory';
import type { JournalBook } from '#journal';
import { type CheckResult, Findings, type LogCheck } from './check.ts';

/** How many messages of one source ended in each way. */
interface Counts {
  accepted: number;
  duplicate: number;
  parked: number;
  rejected: number;
}

const ENDS = ['accepted', 'duplicate', 'parked', 'rejected'] as const;

/** Every message in the log is counted once in the completeness of its source, as it ended. */
export class MessageCounts implements LogCheck {
  readonly #journal: Pick<JournalBook, 'completenessOf'>;
  readonly #counts = new Map<string, Counts>();

  /** `journal` must have the whole log when the result is asked for. */
  constructor(journal: Pick<JournalBook, 'completenessOf'>) {
    this.#journal = journal;
  }

  look({ type, data }: RecordedEvent): void {
    if (isFactType(type)) {
      const { message, parked } = data as FactRecorded;
      this.#add(message.source, parked.length === 0 ? 'accepted' : 'parked', 1);
    } else if (type === 'MessagesRepeated') {
      const { source, ids } = data as MessagesRepeated;
      this.#add(source, 'duplicate', ids.length);
    } else if (type === 'MessageRejected') this.#add((data as MessageRejected).source, 'rejected', 1);
  }

  result(): CheckResult {
    const findings = new Findings('every message accounted for');
    for (const [source, counts] of this.#counts) {
      const row = this.#journal.completenessOf(source);
      for (const end of ENDS) {
        const shown = row?.[end] ?? 0;
        findings.look(
          shown === counts[end],
          () => `${source}: ${end} shows ${shown}, but the log has ${counts[end]}`,
        );
      }
    }
    return findings.result();
  }

  #add(source: string, end: keyof Counts, messages: number): void {
    const counts = this.#counts.get(source) ?? { accepted: 0, duplicate: 0, parked: 0, rejected: 0 };
    counts[end] += messages;
    this.#counts.set(source, counts);
  }
}
