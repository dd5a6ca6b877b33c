import { type EventStore, newEventId, NO_STREAM } from '#event-store';

/**
 * How far one process has posted its shards: stored now and then in `posting-{writer}`, if several share the
 * work. A process that takes a shard over begins there; what was posted since is skipped by the items themselves.
 */
export interface PostingReached {
  /** Into how many shards items are divided. A shard's number means nothing in another division. */
  readonly count: number;
  readonly shards: readonly number[];
  /** Everything of these shards at or below this log position is posted. */
  readonly through: number;
}

const POSTING_REACHED = 'PostingReached';
export const POSTING_CATEGORY = 'posting';

/** Writes the marks of one process; no other one appends to its stream. */
export class PostingMarks {
  readonly #store: EventStore;
  readonly #stream: string;
  #revision = NO_STREAM;
  #underway: { readonly id: string; readonly type: string; readonly data: object } | undefined;

  constructor(store: EventStore, writer: string) {
    this.#store = store;
    this.#stream = `${POSTING_CATEGORY}-${writer}`;
  }

  /** Resolves true once it is durable; false if that is unknown: the next call finds out. Throws StoreUnavailable. */
  async write(reached: PostingReached): Promise<boolean> {
    this.#underway ??= { id: newEventId(), type: POSTING_REACHED, data: reached };
    const answer = await this.#store.append(this.#stream, this.#revision, [this.#underway]);
    if (answer.outcome === 'unknown') return false;
    if (answer.outcome === 'conflict') {
      this.#revision = answer.actualRevision;
      return false;
    }
    const isThisOne = this.#underway.data === reached;
    this.#revision = answer.revision;
    this.#underway = undefined;
    return isThisOne;
  }
}
