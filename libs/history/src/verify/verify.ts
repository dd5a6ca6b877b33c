import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AvailabilityBook } from '#availability';
import type { CatalogBook } from '#catalog';
import { type EventStore, READ_EVENTS_MAX, type RecordedEvent } from '#event-store';
import { recompute } from '#inventory';
import type { JournalBook } from '#journal';
import type { LedgerBook } from '#ledger';
import type { Fold, ReadModel, StoredHash } from '#read-model';
import { type CheckResult, Findings } from './check.ts';
import { GrowingVersions } from './growing-versions.ts';
import { ItemBooks } from './item-books.ts';
import { LogOrder } from './log-order.ts';
import { MessageCounts } from './message-counts.ts';
import { MessagesOnce } from './messages-once.ts';
import { TwoBooks } from './two-books.ts';

/** A picture made anew from the log, to be compared with the live one. */
interface FreshPicture {
  readonly readModel: ReadModel;
  readonly catalog: CatalogBook;
  readonly journal: JournalBook;
  readonly ledger: LedgerBook;
  readonly availability: AvailabilityBook;
  readonly folds: readonly Fold[];
}

type OnChecked = (checks: { readonly done: number; readonly of: number }) => void;

interface VerifyParts {
  readonly store: EventStore;
  /** The picture that is served: how far it has got, and its hash as of a position that is not before that. */
  readonly live: { readonly position: () => number; readonly hash: () => Promise<StoredHash> };
  /** Opens an empty picture with the same shelves. */
  readonly openFresh: () => FreshPicture;
  /** What is wrong with the store's files, according to the store: one sentence for each thing. */
  readonly checkFiles?: (onChecked: OnChecked) => Promise<readonly string[]>;
  /** Called in each step, and while much is left of it; without numbers where the step does not know them. */
  readonly onProgress?: (progress: {
    readonly step: string;
    readonly done?: number;
    readonly of?: number;
  }) => void;
  readonly signal?: AbortSignal;
}

export interface VerifyReport {
  readonly ok: boolean;
  /** The log position up to which was checked. */
  readonly position: number;
  readonly checks: readonly CheckResult[];
}

/**
 * Checks every promise that can be checked on the stored data: replays the whole log into a fresh picture, compares it
 * with the live one, and checks the books themselves. Only reads.
 */
export async function verify(parts: VerifyParts): Promise<VerifyReport> {
  const fresh = parts.openFresh();
  try {
    const checks: CheckResult[] = [];
    if (parts.checkFiles) {
      checks.push(await filesCheck(parts.checkFiles, parts.onProgress));
    }
    const { position, results, hashes, numbers } = await liveAgain(parts, fresh);
    checks.push(...results, hashes);
    checks.push(...(await booksChecks(parts, fresh)), await numbersCheck(parts, fresh, numbers));
    return { ok: checks.every(({ ok }) => ok), position, checks };
  } finally {
    fresh.readModel.close();
  }
}

async function filesCheck(
  checkFiles: NonNullable<VerifyParts['checkFiles']>,
  onProgress: VerifyParts['onProgress'],
): Promise<CheckResult> {
  const findings = new Findings('files');
  const step = 'checking the files';
  onProgress?.({ step });
  const wrong = await checkFiles((checks) => onProgress?.({ step, ...checks }));
  findings.look(wrong.length === 0, () => wrong.join('; '));
  return findings.result();
}

/** Replays until the fresh picture is where the live one was when it was hashed, and compares them. */
async function liveAgain(
  { store, live, onProgress, signal }: VerifyParts,
  { folds, availability, journal, readModel }: FreshPicture,
): Promise<{ position: number; results: CheckResult[]; hashes: CheckResult; numbers: number }> {
  const versions = new GrowingVersions(readModel);
  const logChecks = [
    new LogOrder(readModel),
    new MessagesOnce(readModel),
    new TwoBooks(),
    new MessageCounts(journal),
  ];
  const stop = availability.onChange((number) => versions.look(number));
  let position = 0;
  const replay = async (end: () => number): Promise<void> => {
    while (position < end()) {
      signal?.throwIfAborted();
      const page = await store.readAll({ after: position, limit: READ_EVENTS_MAX });
      const through = Math.min(page.position, end());
      for (const event of page.events.filter((known) => known.position <= through)) {
        for (const check of logChecks) check.look(event);
        await applyTo(folds, event);
      }
      position = Math.max(position, through);
      readModel.spill(position);
      onProgress?.({ step: 'replaying the log', done: position, of: live.position() });
    }
  };
  await replay(live.position);
  const served = await live.hash();
  await replay(() => served.position);
  stop();
  readModel.commit(position);
  onProgress?.({ step: 'comparing the live picture' });
  const hashes = await hashCheck(served, readModel.hashStored());
  const results = [...logChecks, versions].map((check) => check.result());
  return { position, hashes, results, numbers: versions.listings() };
}

async function applyTo(folds: readonly Fold[], event: RecordedEvent): Promise<void> {
  for (const fold of folds) {
    const done = fold.apply(event);
    if (done !== undefined) await done;
  }
}

async function hashCheck(live: StoredHash, fresh: StoredHash): Promise<CheckResult> {
  const findings = new Findings('live picture = log lived again');
  const [served, rebuilt] = await Promise.all([live.hash, fresh.hash]);
  const isSame = live.position === fresh.position && served === rebuilt;
  findings.look(
    isSame,
    () => `the live picture is ${served}, the replayed log gives ${rebuilt}: run \`onhand rebuild\``,
  );
  return findings.result();
}

const ITEMS_PAGE = 500;

async function booksChecks(
  { store, onProgress, signal }: VerifyParts,
  { ledger }: FreshPicture,
): Promise<CheckResult[]> {
  const books = new ItemBooks(store);
  const of = ledger.itemCount();
  let done = 0;
  for (let after: string | undefined; ;) {
    signal?.throwIfAborted();
    const page = ledger.items({ limit: ITEMS_PAGE, after });
    for (const { key, row } of page) await books.look(key, row);
    done += page.length;
    onProgress?.({ step: 'reading the books of every item', done, of });
    if (page.length < ITEMS_PAGE) return books.results();
    after = page.at(-1)!.key;
  }
}

/** Checks that the terms of every number give exactly that number. There are `of` of them, or fewer. */
async function numbersCheck(
  { signal, onProgress }: VerifyParts,
  { catalog, availability }: FreshPicture,
  of: number,
): Promise<CheckResult> {
  const findings = new Findings('explanations sum to their numbers');
  let done = 0;
  for (const { id } of catalog.channels()) {
    for (let after: string | undefined; ;) {
      signal?.throwIfAborted();
      await nextTurn(); // Nothing here gives up a turn by itself, and a service may be working in the same process.
      const page = availability.numbersByListing(id, after, ITEMS_PAGE);
      for (const { listing, available } of page) {
        const explained = availability.explainNow(id, listing);
        const sum = explained && recompute(explained.terms, explained.components);
        findings.look(
          sum === available,
          () => `${id}:${listing}: published ${available}, but its terms give ${sum}`,
        );
      }
      done += page.length;
      onProgress?.({ step: 'explaining every number', done, of });
      if (page.length < ITEMS_PAGE) break;
      after = page.at(-1)!.listing;
    }
  }
  return findings.result();
}
