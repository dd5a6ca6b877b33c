import type { JournalCounts } from '#journal';
import type { Rooms } from './rooms.ts';

/** How far each part has come in the log, and what became of all messages since the log began. */
export interface Status extends Positions {
  readonly store: string;
  /** In seconds: of the slowest part, and of each. */
  readonly lag: {
    readonly seconds: number;
    readonly posted: number;
    readonly projected: number;
    readonly published: number;
  };
  readonly counts: JournalCounts;
}

interface Positions {
  readonly head: number;
  readonly posted: number;
  readonly projected: number;
  readonly published: number;
}

/** How many seconds ago the log, which is at `head`, went beyond `position`. */
type SecondsBehind = (position: number, head: number) => number;

export async function statusOf(rooms: Rooms, store: string, secondsBehind: SecondsBehind): Promise<Status> {
  const positions = positionsOf(rooms, await rooms.store.head());
  const { head, posted, projected, published } = positions;
  const lag = {
    posted: secondsBehind(posted, head),
    projected: secondsBehind(projected, head),
    published: secondsBehind(published, head),
  };
  const seconds = Math.max(lag.posted, lag.projected, lag.published);
  return { store, ...positions, lag: { seconds, ...lag }, counts: rooms.picture.journal.counts() };
}

const positionsOf = ({ ledger, projector, hub }: Rooms, head: number): Positions => ({
  head,
  posted: ledger.posted.position,
  projected: projector.position,
  published: hub.position,
});
