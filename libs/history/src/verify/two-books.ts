import { categoryOf, type RecordedEvent } from '#event-store';
import {
  type Account,
  type Entry,
  type FactRecorded,
  type MovementPosted,
  type ParkedLinesReleased,
  skuOfStream,
} from '#inventory';
import type { Quantity } from '#kernel';
import { type CheckResult, Findings, type LogCheck } from './check.ts';

const JOURNALS: ReadonlySet<string> = new Set(['order', 'document', 'transfer']);

/**
 * What the journal says was moved, the ledger has moved: the two books have the same sums by item and account. So
 * nothing was posted twice, and nothing was left out. True once everything is posted.
 */
export class TwoBooks implements LogCheck {
  readonly #findings = new Findings('ledger = journal');
  /** Journal minus ledger, by item and account, if they differ: even with a large log, few at a time. */
  readonly #differences = new Map<string, Quantity>();

  look(event: RecordedEvent): void {
    const category = categoryOf(event.stream);
    if (JOURNALS.has(category)) this.#lookAtJournal(event);
    if (category === 'item' && event.type === 'MovementPosted') this.#lookAtLedger(event);
  }

  result(): CheckResult {
    for (const [account, difference] of this.#differences) {
      const where = account.replace('\n', ', ');
      this.#findings.look(false, () => `${where}: journal − ledger = ${difference}`);
    }
    return this.#findings.result();
  }

  #lookAtJournal(event: RecordedEvent): void {
    const { entries } = event.data as Partial<FactRecorded & ParkedLinesReleased>;
    for (const entry of entries ?? []) if (entry.kind === 'move') this.#add(entry.sku, entry, 1);
  }

  #lookAtLedger(event: RecordedEvent): void {
    this.#findings.look(true, NOTHING_WRONG);
    this.#add(skuOfStream(event.stream), event.data as MovementPosted, -1);
  }

  #add(
    sku: string,
    { from, to, quantity }: Pick<Entry & { kind: 'move' }, 'from' | 'to' | 'quantity'>,
    sign: 1 | -1,
  ): void {
    this.#book(sku, from, -quantity * sign);
    this.#book(sku, to, quantity * sign);
  }

  #book(sku: string, account: Account, quantity: Quantity): void {
    const key = `${sku}\n${account}`;
    const difference = (this.#differences.get(key) ?? 0) + quantity;
    if (difference === 0) this.#differences.delete(key);
    else this.#differences.set(key, difference);
  }
}

const NOTHING_WRONG = (): string => '';
