import { setTimeout as pause } from 'node:timers/promises';
import {
  type CatalogView,
  type Decision,
  decideInPlace,
  isRejection,
  type ItemCommand,
  type ItemEvent,
  type ItemState,
  itemStream,
  pastNeeded,
  type RecordedItemEvent,
  type Rejection,
} from '#inventory';
import {
  appendSurely,
  AppendTooLarge,
  type EventStore,
  type NewEvent,
  newEventId,
  StoreFull,
  StoreUnavailable,
} from '#event-store';
import type { Clock } from '#kernel';
import { ItemContext, type Reservable } from './item-context.ts';
import { ItemLoader } from './item-loader.ts';
import type { KnownSweeps } from './known-sweeps.ts';
import type { LedgerBook } from './ledger-book.ts';
import { Contention, LedgerClosed } from './ledger.faults.ts';
import { RecentlyUsed } from './recently-used.ts';

/** Items whose state is kept between commands. */
const ITEMS_KEPT_MAX = 20_000;
/** Commands of one item that are decided together and written in one append. */
const COMMANDS_MAX = 256;
/** How often a request may lose against another writer. */
const RACES_MAX = 8;
/** Between tries of a fact while the store does not serve. */
const RETRY_MS = 250;

/** What came of a command that was not refused. */
export interface Done {
  /** What was stored for it; none where nothing changes. */
  readonly events: readonly ItemEvent[];
  /** Of the last of them; else of the newest event that the decision knew, or of the repeated one. */
  readonly position: number;
  /** It was done before, by this event. */
  readonly repeated?: ItemEvent;
}

interface Pending {
  readonly command: ItemCommand;
  readonly done: (answer: Done | Rejection) => void;
  readonly fail: (cause: unknown) => void;
  races: number;
}

interface Queue {
  readonly sku: string;
  readonly pending: Pending[];
  /** Undefined while it is not known. */
  state: ItemState | undefined;
  /** How many commands fit one append. */
  commandsMax: number;
  round: Round;
}

/** What is decided together and written in one append. */
interface Round {
  readonly decided: Decided[];
  readonly events: NewEvent[];
  /** Whose decision did not come to its end. */
  deciding?: Pending;
}

interface Decided {
  readonly pending: Pending;
  readonly decision: Decision;
  /** True where it is a fact at or below `postedThrough`: that can only grow. */
  readonly isPosted: boolean;
}

/**
 * The only writer of items' streams. Commands of one item are decided one after the other, as many as wait
 * together, and stored in one append at the exact revision; different items are in flight at the same time.
 */
export class ItemDesk {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #loader: ItemLoader;
  readonly #context: ItemContext;
  readonly #states = new RecentlyUsed<ItemState>(ITEMS_KEPT_MAX);
  readonly #queues = new Map<string, Queue>();
  readonly #closing = new AbortController();
  #ready: Queue[] = [];

  constructor(parts: {
    store: EventStore;
    book: Pick<LedgerBook, 'item'>;
    catalog: Pick<CatalogView, 'channel' | 'location'>;
    sweeps: Pick<KnownSweeps, 'between'>;
    reservable: Reservable;
    clock: Clock;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#loader = new ItemLoader(parts.store, parts.book);
    this.#context = new ItemContext(parts);
  }

  /**
   * Puts one command to an item. Resolves once what it brought is durable. A request may end in Contention,
   * or in what the store throws; a fact is tried until it is written, or this desk is closed.
   */
  submit(sku: string, command: ItemCommand): Promise<Done | Rejection> {
    return new Promise((done, fail) => this.put(sku, command, { done, fail }));
  }

  /** The same without a promise, for the many. */
  put(sku: string, command: ItemCommand, { done, fail }: Pick<Pending, 'done' | 'fail'>): void {
    if (this.#closing.signal.aborted) return fail(closed());
    let queue = this.#queues.get(sku);
    if (!queue) {
      const state = this.#states.get(sku);
      queue = { sku, pending: [], state, commandsMax: COMMANDS_MAX, round: { decided: [], events: [] } };
      this.#queues.set(sku, queue);
      this.#start(queue);
    }
    queue.pending.push({ command, done, fail, races: 0 });
  }

  /** Nothing is taken any more; what is not written yet fails with LedgerClosed. */
  close(): void {
    this.#closing.abort();
  }

  /** All queues that began in this turn start together, when it is over: each with all that came for it. */
  #start(queue: Queue): void {
    if (this.#ready.push(queue) > 1) return;
    queueMicrotask(() => {
      const ready = this.#ready;
      this.#ready = [];
      for (const each of ready) void this.#work(each);
    });
  }

  async #work(queue: Queue): Promise<void> {
    while (queue.pending.length > 0) {
      if (this.#closing.signal.aborted) this.#drop(queue, () => true, closed());
      else {
        try {
          await this.#step(queue);
        } catch (cause) {
          await this.#recover(queue, cause);
        }
      }
    }
    this.#queues.delete(queue.sku);
    if (queue.state) this.#states.set(queue.sku, queue.state);
    else this.#states.delete(queue.sku);
  }

  /** Decides and writes the first of what waits; afterwards it is answered, or waits to be decided again. */
  async #step(queue: Queue): Promise<void> {
    const state = (queue.state ??= this.#loader.remembered(queue.sku));
    const needed = pastNeeded(queue.pending[0]!.command, state);
    const past = needed && (await this.#loader.past(queue.sku, state, needed));
    const { revision, position } = state;
    const round = this.#decide(queue, state, past);
    if (round.events.length === 0) {
      // The state may be behind the stream: then "nothing changes" and "refused" may both be wrong.
      const isSure = round.decided.every(({ isPosted }) => isPosted);
      if (isSure || !(await this.#loader.catchUp(queue.sku, state))) this.#answer(queue, round, [], position);
      return;
    }
    const outcome = await appendSurely(this.#store, itemStream(queue.sku), revision, round.events);
    if (outcome.outcome === 'conflict') return this.#loseRace(queue, round);
    state.position = outcome.positions.at(-1)!;
    this.#answer(queue, round, outcome.positions, position);
  }

  /** Decides what waits, in order, as much of it as one append may carry and the state can tell. */
  #decide(queue: Queue, state: ItemState, past: readonly RecordedItemEvent[] | undefined): Round {
    const { sku, pending } = queue;
    const round: Round = { decided: [], events: [] };
    queue.round = round;
    const now = this.#clock.now();
    for (const each of pending) {
      const { command } = each;
      const isFirst = round.decided.length === 0;
      if (round.decided.length === queue.commandsMax) break;
      if (!isFirst && pastNeeded(command, state)) break;
      const isPosted = command.type === 'post' && command.journal <= state.postedThrough;
      const context = this.#context.set(sku, command, { now, past: isFirst ? past : undefined });
      round.deciding = each;
      const decision = decideInPlace(command, state, context);
      round.decided.push({ pending: each, decision, isPosted });
      for (const { type, data } of decision.events) round.events.push({ id: newEventId(), type, data });
    }
    round.deciding = undefined;
    return round;
  }

  #answer(queue: Queue, { decided }: Round, positions: readonly number[], position: number): void {
    queue.pending.splice(0, decided.length);
    let written = 0;
    let last = position;
    for (const { pending, decision } of decided) {
      const { events, answer } = decision;
      written += events.length;
      if (events.length > 0) last = positions[written - 1]!;
      if (answer === undefined) pending.done({ events, position: last });
      else if (isRejection(answer)) pending.done(answer);
      else pending.done({ events, position: answer.position ?? last, repeated: answer.repeated });
    }
  }

  /** Another process has written: what it decided counts, and all of this is decided again. */
  async #loseRace(queue: Queue, { decided }: Round): Promise<void> {
    queue.state = undefined;
    for (const { pending } of decided) pending.races++;
    this.#drop(
      queue,
      ({ command, races }) => command.type !== 'post' && races > RACES_MAX,
      new Contention(`Too many others change ${queue.sku} at this moment: try again.`),
    );
    const state = this.#loader.remembered(queue.sku);
    await this.#loader.catchUp(queue.sku, state);
    queue.state = state;
  }

  /** Nothing of the round was written, as far as is known: the state that has it is forgotten. */
  async #recover(queue: Queue, cause: unknown): Promise<void> {
    const { decided, deciding } = queue.round;
    queue.state = undefined;
    if (cause instanceof AppendTooLarge && decided.length > 1) {
      queue.commandsMax = Math.ceil(decided.length / 2);
    } else if (cause instanceof StoreUnavailable || cause instanceof StoreFull) {
      this.#drop(queue, ({ command }) => command.type !== 'post', cause);
      await pause(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    } else {
      // One command that cannot be decided fails alone; anything else fails them all.
      const failed = deciding ?? (decided.length === 1 ? decided[0]!.pending : undefined);
      this.#drop(queue, (pending) => failed === undefined || pending === failed, cause);
      // Posted through must not pass a fact that was not posted.
      if (failed === undefined || failed.command.type === 'post') this.#drop(queue, isFact, cause);
    }
  }

  #drop(queue: Queue, isDropped: (pending: Pending) => boolean, cause: unknown): void {
    const dropped = queue.pending.filter(isDropped);
    queue.pending.splice(0, Infinity, ...queue.pending.filter((each) => !isDropped(each)));
    for (const { fail } of dropped) fail(cause);
  }
}

const isFact = ({ command }: Pending): boolean => command.type === 'post';
const closed = (): LedgerClosed => new LedgerClosed('The ledger is closing.');
