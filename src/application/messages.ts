import { Command, Query } from '@nestjs/cqrs';
import type { Arrival, Rejection } from '#inventory';
import type {
  Bringer,
  CompletenessRow,
  Dismissal,
  JournalPage,
  Outcome,
  ParkedLineShown,
  RejectedShown,
  ReleaseOutcome,
  Written,
} from '#journal';
import { onCommand, onList } from './handlers.ts';

/** Facts, in the order in which they came. When the outcome of one is returned, it is durable. */
export class TellMessages extends Command<readonly Outcome[]> {
  constructor(
    readonly arrivals: readonly Arrival[],
    readonly by: Bringer,
  ) {
    super();
  }
}

export class RetryParked extends Command<ReleaseOutcome | Rejection> {
  constructor(readonly id: string) {
    super();
  }
}

export class DismissParked extends Command<Written | Rejection> {
  constructor(
    readonly id: string,
    readonly dismissal: Dismissal,
  ) {
    super();
  }
}

export class ListParked extends Query<readonly ParkedLineShown[]> {
  constructor(readonly page: JournalPage) {
    super();
  }
}

export class ListRejected extends Query<readonly RejectedShown[]> {
  constructor(readonly page: JournalPage) {
    super();
  }
}

/** Of one source, or of all after `after`. */
export class ListCompleteness extends Query<readonly CompletenessRow[]> {
  constructor(readonly page: JournalPage) {
    super();
  }
}

export const MESSAGE_HANDLERS = [
  onCommand(TellMessages, ({ rooms }, { arrivals, by }) => rooms.journal.accept(arrivals, by)),
  onCommand(RetryParked, ({ rooms }, { id }) => rooms.journal.retryParked(id)),
  onCommand(DismissParked, ({ rooms }, { id, dismissal }) => rooms.journal.dismissParked(id, dismissal)),
  onList(ListParked, ({ rooms }, { page }) => rooms.picture.journal.parked(page)),
  onList(ListRejected, ({ rooms }, { page }) => rooms.picture.journal.rejected(page)),
  onList(ListCompleteness, ({ rooms }, { page }) => {
    const { journal } = rooms.picture;
    if (page.source === undefined) return journal.completeness(page);
    return [journal.completenessOf(page.source) ?? nothingYet(page.source)];
  }),
];

const nothingYet = (source: string): CompletenessRow => ({
  source,
  received: 0,
  accepted: 0,
  duplicate: 0,
  parked: 0,
  rejected: 0,
  released: 0,
  sequenceGaps: 0,
});
