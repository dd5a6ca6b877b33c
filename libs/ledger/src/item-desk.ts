import {
  type CatalogView,
  decideInPlace,
  isNothingForSure,
  isRejection,
  type ItemCommand,
  type ItemState,
  pastNeeded,
  type RecordedItemEvent,
  type Rejection,
} from '#inventory';
import {
  type Append,
  APPEND_EVENTS_MAX,
  type AppendOutcome,
  appendSurely,
  AppendTooLarge,
  type EventStore,
  type NewEvent,
  newEventId,
  StoreFull,
  StoreUnavailable,
} from '#event-store';
import { type Clock, few, type Instant, pause } from '#kernel';
import { partsOf } from './fact-parts.ts';
import { ItemContext, type Reservable } from './item-context.ts';
import { ItemLoader } from './item-loader.ts';
import { type Asker, type Done, type ItemSlot, ItemSlots, type Pending } from './item-slots.ts';
import type { KnownSweeps } from './known-sweeps.ts';
import type { LedgerBook } from './ledger-book.ts';
import { Contention, LedgerClosed } from './ledger.faults.ts';

/** Items whose state is kept between commands. */
const ITEMS_KEPT_MAX = 20_000;
/** Commands of one item that are decided together and written in one append. */
const COMMANDS_MAX = 256;
/** With this many events no further command joins them: an append takes only so many. */
const EVENTS_ENOUGH = APPEND_EVENTS_MAX / 2;
/** After so long the commands of an item that wait behind give way to everybody else's work, and follow in the next append. */
const DECIDING_MS_MAX = 20;
/** How often a request may lose a race against another writer. */
const RACES_MAX = 8;
/** Between attempts to write a fact while the store is unavailable. */
const RETRY_MS = 250;

/**
 * The only writer of items' streams. All commands that wait for one item are decided one after the other, and stored in
 * one append at the exact revision. All items that got commands in one turn of the event loop are decided in one pass
 * and go to the store together; an item that cannot be decided at once, or whose append fails, is worked on by itself.
 */
export class ItemDesk {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #loader: ItemLoader;
  readonly #context: ItemContext;
  readonly #slots = new ItemSlots(ITEMS_KEPT_MAX, COMMANDS_MAX);
  readonly #closing = new AbortController();
  #ready: ItemSlot[] = [];

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
   * Puts one command to an item. Resolves once its events are durable. A request may fail with Contention,
   * or with what the store throws; a fact is tried until it is written, or this desk is closed.
   */
  submit(sku: string, command: ItemCommand): Promise<Done | Rejection> {
    return new Promise((done, fail) => this.put(sku, command, { done, fail }));
  }

  /** The same without a promise of its own, for many commands. */
  put(sku: string, command: ItemCommand, asker: Asker): void {
    if (this.#closing.signal.aborted) return asker.fail(closed());
    const slot = this.#slots.of(sku);
    slot.pending.push({ command, asker, races: 0, decision: undefined, isSure: false });
    if (slot.isBusy) return;
    slot.isBusy = true;
    this.#start(slot);
  }

  /** Takes no more commands; those that are not written yet fail with LedgerClosed. */
  close(): void {
    this.#closing.abort();
  }

  /** All items that get commands in this turn start together, at its end. */
  #start(slot: ItemSlot): void {
    if (this.#ready.push(slot) > 1) return;
    queueMicrotask(() => {
      const ready = this.#ready;
      this.#ready = [];
      this.#startAll(ready);
    });
  }

  #startAll(slots: readonly ItemSlot[]): void {
    const now = this.#clock.now();
    const decided: ItemSlot[] = [];
    const appends: Append[] = [];
    for (const slot of slots) {
      if (!this.#decideAtOnce(slot, now)) void this.#work(slot);
      else if (slot.events.length === 0) this.#goOn(slot, []);
      else if (slot.events.length > slot.eventsMax) void this.#work(slot, this.#writeAlone(slot));
      else {
        decided.push(slot);
        appends.push({ stream: slot.stream, expectedRevision: slot.revision, events: slot.events });
      }
    }
    if (appends.length > 0) void this.#writeAll(decided, appends);
  }

  /** False if the item has to be worked on by itself. */
  #decideAtOnce(slot: ItemSlot, now: Instant): boolean {
    if (this.#closing.signal.aborted) return false;
    const state = (slot.state ??= this.#loader.remembered(slot.sku));
    if (pastNeeded(slot.pending[0]!.command, state)) return false;
    try {
      this.#decide(slot, state, now, undefined);
    } catch {
      slot.state = undefined; // It is decided again by itself, and the failure is handled there.
      return false;
    }
    return slot.events.length > 0 || slot.isNothingForSure;
  }

  async #writeAll(slots: readonly ItemSlot[], appends: readonly Append[]): Promise<void> {
    let outcomes: readonly AppendOutcome[];
    try {
      outcomes = await this.#store.appendMany(appends);
    } catch (cause) {
      for (const slot of slots) void this.#work(slot, this.#retry(slot, slots.length, cause));
      return;
    }
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      const outcome = outcomes[index]!;
      if (outcome.outcome === 'unknown') void this.#work(slot, this.#writeAlone(slot));
      else if (outcome.outcome === 'conflict') void this.#work(slot, this.#loseRace(slot));
      else {
        slot.state!.position = outcome.positions.at(-1)!;
        this.#goOn(slot, outcome.positions);
      }
    }
  }

  #goOn(slot: ItemSlot, positions: readonly number[]): void {
    this.#answer(slot, positions);
    if (slot.pending.length > 0) this.#start(slot);
    else slot.isBusy = false;
  }

  /** Of many that failed together some may have been written: each is written again by itself, which finds out. */
  async #retry(slot: ItemSlot, tried: number, cause: unknown): Promise<void> {
    if (tried === 1 && !(cause instanceof AppendTooLarge)) throw cause;
    return this.#writeAlone(slot);
  }

  /** Works on one item, beginning with the step `begun`, until nothing waits for it any more. */
  async #work(slot: ItemSlot, begun?: Promise<void>): Promise<void> {
    let step = begun;
    while (step !== undefined || slot.pending.length > 0) {
      if (step === undefined && this.#closing.signal.aborted) this.#drop(slot, () => true, closed());
      else {
        try {
          await (step ?? this.#step(slot));
        } catch (cause) {
          await this.#recover(slot, cause);
        }
      }
      step = undefined;
    }
    slot.isBusy = false;
  }

  /** Decides and writes the first waiting commands; afterwards they are answered, or wait to be decided again. */
  async #step(slot: ItemSlot): Promise<void> {
    slot.begin();
    const state = (slot.state ??= this.#loader.remembered(slot.sku));
    const needed = pastNeeded(slot.pending[0]!.command, state);
    const past = needed && (await this.#loader.past(slot.sku, state, needed));
    this.#decide(slot, state, this.#clock.now(), past);
    if (slot.events.length > 0) return this.#writeAlone(slot);
    // The state may be behind the stream: then "nothing changes" and "refused" may both be wrong.
    if (slot.isNothingForSure || !(await this.#loader.catchUp(slot.sku, state))) this.#answer(slot, []);
  }

  /** Writes in one append; or in several, if a single fact is too much for one. */
  async #writeAlone(slot: ItemSlot): Promise<void> {
    const { events, eventsMax, decided } = slot;
    const positions: number[] = [];
    for (const part of decided === 1 ? partsOf(events, eventsMax) : [events]) {
      const revision = slot.revision + positions.length;
      const outcome = await appendSurely(this.#store, slot.stream, revision, part);
      if (outcome.outcome === 'conflict') return this.#loseRace(slot);
      for (const position of outcome.positions) positions.push(position);
    }
    slot.eventsMax = APPEND_EVENTS_MAX;
    slot.state!.position = positions.at(-1)!;
    this.#answer(slot, positions);
  }

  /** Decides waiting commands in order, as many as fit one append and one turn, and need no past (only the first may). */
  #decide(
    slot: ItemSlot,
    state: ItemState,
    now: Instant,
    past: readonly RecordedItemEvent[] | undefined,
  ): void {
    slot.begin();
    slot.revision = state.revision;
    slot.position = state.position;
    const events = few<NewEvent>();
    slot.events = events;
    const startedAt = slot.pending.length > 1 ? performance.now() : 0;
    for (const each of slot.pending) {
      const { command } = each;
      if (slot.decided === slot.commandsMax || events.length >= EVENTS_ENOUGH) break;
      if (slot.decided > 0 && performance.now() - startedAt > DECIDING_MS_MAX) break;
      if (slot.decided > 0 && pastNeeded(command, state)) break;
      each.isSure = isNothingForSure(command, state);
      slot.deciding = each;
      const context = this.#context.set(slot.sku, command, now, slot.decided === 0 ? past : undefined);
      each.decision = decideInPlace(command, state, context);
      slot.decided++;
      for (const { type, data } of each.decision.events) events.push({ id: newEventId(), type, data });
    }
    slot.deciding = undefined;
  }

  #answer(slot: ItemSlot, positions: readonly number[]): void {
    let written = 0;
    let last = slot.position;
    const answered = slot.takeDecided();
    slot.begin();
    for (const { asker, decision } of answered) {
      const { events, answer } = decision!;
      written += events.length;
      if (events.length > 0) last = positions[written - 1]!;
      if (answer === undefined) asker.done({ events, position: last });
      else if (isRejection(answer)) asker.done(answer);
      else asker.done({ events, position: answer.position ?? last, repeated: answer.repeated });
    }
  }

  /** Another process has written to the item: that stands, and all of this is decided again. */
  async #loseRace(slot: ItemSlot): Promise<void> {
    slot.state = undefined;
    for (const pending of slot.pending.slice(0, slot.decided)) pending.races++;
    this.#drop(
      slot,
      ({ command, races }) => command.type !== 'post' && races > RACES_MAX,
      new Contention(`Too many requests are changing ${slot.sku} at this moment. Try again.`),
    );
    const state = this.#loader.remembered(slot.sku);
    await this.#loader.catchUp(slot.sku, state);
    slot.state = state;
  }

  /** As far as is known, nothing of the round was written: the state, in which it is, is forgotten. */
  async #recover(slot: ItemSlot, cause: unknown): Promise<void> {
    const { decided, deciding } = slot;
    slot.state = undefined;
    if (cause instanceof AppendTooLarge && decided > 1) {
      slot.commandsMax = Math.ceil(decided / 2);
    } else if (cause instanceof AppendTooLarge && slot.eventsMax > 1) {
      slot.eventsMax = Math.ceil(slot.eventsMax / 2);
    } else if (cause instanceof StoreUnavailable || cause instanceof StoreFull) {
      this.#drop(slot, ({ command }) => command.type !== 'post', cause);
      await pause(RETRY_MS, this.#closing.signal);
    } else {
      // A command whose decision fails is dropped alone; any other failure drops them all.
      const failed = deciding ?? (decided === 1 ? slot.pending[0] : undefined);
      this.#drop(slot, (pending) => failed === undefined || pending === failed, cause);
      // No later fact may be posted: `postedThrough` must not go beyond a fact that was not.
      if (failed === undefined || failed.command.type === 'post') this.#drop(slot, isFact, cause);
    }
  }

  #drop(slot: ItemSlot, isDropped: (pending: Pending) => boolean, cause: unknown): void {
    const dropped = slot.pending.filter(isDropped);
    slot.pending.splice(0, Infinity, ...slot.pending.filter((each) => !isDropped(each)));
    for (const { asker } of dropped) asker.fail(cause);
  }
}

const isFact = ({ command }: Pending): boolean => command.type === 'post';
const closed = (): LedgerClosed => new LedgerClosed('The ledger is closing.');
