import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordedEvent } from '#event-store';
import type { CatalogBook, CatalogChange } from '#catalog';
import { type FactRecorded, isFactType } from '#inventory';
import { Fault, pause } from '#kernel';
import type { Fold } from '#read-model';
import type { Journal } from './journal.ts';
import type { JournalBook, WaitingCause } from './journal-book.ts';
import { messageKey, type ParkedMessageName } from './journal-rows.ts';

/** With more causes waiting, all parked lines are tried instead. */
const CAUSES_MAX = 50_000;
/** Messages tried at the same time, and in one turn: where none is released, nothing of it waits for anything. */
const MESSAGES_AT_ONCE_MAX = 64;
const RETRY_PAUSE_MS = 500;

type Cause = WaitingCause | ParkedMessageName;

interface ReleaserParts {
  readonly journal: Pick<Journal, 'release'>;
  readonly book: JournalBook;
  readonly catalog: Pick<CatalogBook, 'changeAt'>;
}

/**
 * Releases parked lines when the catalog changes. Among the projector's folds it comes after both books, so that they
 * have an event before it does and no line is missed: a line that is parked after the item it waits for was
 * defined is tried as soon as it is parked. It has no shelves: at its start it tries all.
 */
export class Releaser implements Fold {
  readonly #parts: ReleaserParts;
  readonly #causes: Cause[] = [];
  /**
   * Those with a line that waits for something else than when it was parked, for the set-up has changed since. By what it
   * waits for now it is not found: they are tried with every change.
   */
  readonly #strays = new Map<string, ParkedMessageName>();
  #isEverythingDue = true;
  #isRunning = false;
  #isLooking = false;
  #wake: () => void = () => undefined;

  constructor(parts: ReleaserParts) {
    this.#parts = parts;
  }

  apply(event: RecordedEvent): void {
    if (!this.#isRunning) return; // When it starts, it tries everything that is parked.
    const { parked, message } = event.data as Partial<FactRecorded>;
    if (isFactType(event.type)) {
      if (parked!.length === 0) return;
      const { source, id: messageId } = message!;
      this.#note([{ stream: event.stream, source, messageId }]);
      return;
    }
    const change = this.#parts.catalog.changeAt(event.position);
    if (change === undefined || change.kind === 'policy' || this.#parts.book.parkedCount() === 0) return;
    this.#note([...causesOf(change), ...this.#strays.values()]);
  }

  /** True while it runs and has nothing to try. */
  get isAtRest(): boolean {
    return this.#isRunning && !this.#isLooking && !this.#isDue;
  }

  /** Releases until `signal` aborts. Tries again after faults that pass; throws everything else. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = true;
    this.#isEverythingDue = true;
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        this.#isLooking = true;
        await this.#step(signal);
        this.#isLooking = false;
        if (!signal.aborted && !this.#isDue) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#isRunning = false;
      signal.removeEventListener('abort', wake);
    }
  }

  get #isDue(): boolean {
    return this.#isEverythingDue || this.#causes.length > 0;
  }

  #note(causes: readonly Cause[]): void {
    this.#causes.push(...causes);
    if (this.#causes.length > CAUSES_MAX) {
      this.#causes.length = 0;
      this.#isEverythingDue = true;
    }
    this.#wake();
  }

  async #step(signal: AbortSignal): Promise<void> {
    const causes: readonly Cause[] = this.#isEverythingDue ? [EVERYTHING] : this.#causes.splice(0);
    this.#isEverythingDue = false;
    try {
      for (const cause of causes) {
        for (const messages of this.#messagesFor(cause)) {
          if (signal.aborted) return;
          await Promise.all(messages.map((message) => this.#try(message)));
          await nextTurn();
        }
      }
    } catch (fault) {
      if (!(fault instanceof Fault) || !fault.retriable) throw fault;
      this.#isEverythingDue = true;
      await pause(RETRY_PAUSE_MS, signal);
    }
  }

  async #try(message: ParkedMessageName): Promise<void> {
    const { waitsForOthers } = await this.#parts.journal.release(message);
    if (!waitsForOthers) this.#strays.delete(messageKey(message));
    else if (this.#strays.size <= CAUSES_MAX) this.#strays.set(messageKey(message), message); // So many mean all.
  }

  /** In pages, with each message once per page. */
  *#messagesFor(cause: Cause): Iterable<readonly ParkedMessageName[]> {
    if ('stream' in cause) {
      yield [cause];
      return;
    }
    const { book } = this.#parts;
    for (let after: string | undefined; ;) {
      const page = book.waiting(cause, { after, limit: MESSAGES_AT_ONCE_MAX });
      const last = page.at(-1);
      if (last === undefined) return;
      yield [...new Map(page.map(({ message }) => [messageKey(message), message])).values()];
      after = last.after;
    }
  }
}

const EVERYTHING = { prefix: '' } as const;

/** What a change of the set-up may release. */
function causesOf(change: CatalogChange): readonly Cause[] {
  switch (change.kind) {
    case 'item': {
      const identifiers = [...(change.before?.identifiers ?? []), ...change.after.identifiers];
      const names = identifiers.map(({ scheme, value }) => `identifier:${scheme}:${value}`);
      return [`item:${change.after.sku}`, ...names].map((name) => ({ name }));
    }
    case 'listing':
      return [{ name: `listing:${change.after.channel}:${change.after.listing}` }];
    case 'location':
      return [{ name: `location:${change.after.id}` }];
    case 'channel':
    case 'source':
      return causesOfTeller(change);
    case 'policy':
      return [];
  }
}

/** From now on the source's items are created on being told; or the channel lists all. */
function causesOfTeller({
  before,
  after,
}: Extract<CatalogChange, { kind: 'channel' | 'source' }>): readonly Cause[] {
  const makesItems = after.unknownItems === 'create' && before?.unknownItems !== 'create';
  const listsAll = 'lists' in after && after.lists === 'all';
  return [
    ...(makesItems ? [{ source: after.id }] : []),
    ...(listsAll ? [{ prefix: `listing:${after.id}:` }] : []),
  ];
}
