import { AvailabilityBook } from '#availability';
import { CatalogBook } from '#catalog';
import type { EventStore } from '#event-store';
import { SetUpLog } from '#history';
import { JournalBook } from '#journal';
import { LedgerBook } from '#ledger';
import { ToldBook } from '#publishing';
import { type Fold, NewestEvent, type ReadModel } from '#read-model';

/** Everything derived from the log: every room's book, all of them as of one position. */
export interface Picture {
  readonly catalog: CatalogBook;
  readonly journal: JournalBook;
  readonly ledger: LedgerBook;
  readonly availability: AvailabilityBook;
  readonly setUp: SetUpLog;
  readonly told: ToldBook;
  readonly newest: NewestEvent;
  /** In the order in which they must see each event: a fold comes after those that it computes from. */
  readonly folds: readonly Fold[];
}

export function openPicture({ readModel, store }: { readModel: ReadModel; store: EventStore }): Picture {
  const catalog = new CatalogBook(readModel);
  const journal = new JournalBook(readModel);
  const ledger = new LedgerBook(readModel);
  const availability = new AvailabilityBook({ readModel, catalog, ledger, past: store });
  const setUp = new SetUpLog(readModel);
  const told = new ToldBook(readModel);
  const newest = new NewestEvent(readModel);
  const folds = [catalog, journal, ledger, availability, setUp, told];
  return { catalog, journal, ledger, availability, setUp, told, newest, folds };
}
