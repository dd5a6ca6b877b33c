import {
  type Decision,
  type ItemCommand,
  type ItemEvent,
  type ItemState,
  itemStream,
  type Rejection,
} from '#inventory';
import { APPEND_EVENTS_MAX, type NewEvent } from '#event-store';
import { few } from '#kernel';

/** What came of a command that was not refused. */
export interface Done {
  /** What was stored for it; none where nothing changes. */
  readonly events: readonly ItemEvent[];
  /** Of the last of them; else of the newest event that the decision knew, or of the repeated one. */
  readonly position: number;
  /** It was done before, by this event. */
  readonly repeated?: ItemEvent;
}

/** Whoever put a command to an item. */
export interface Asker {
  readonly done: (answer: Done | Rejection) => void;
  readonly fail: (cause: unknown) => void;
}

/** A command that is not answered yet. */
export interface Pending {
  readonly command: ItemCommand;
  readonly asker: Asker;
  /** How often it lost against another writer. */
  races: number;
  /** As it was decided last. */
  decision: Decision | undefined;
  /** True where it is a fact at or below `postedThrough`: that can only grow. */
  isPosted: boolean;
}

const NO_EVENTS: readonly NewEvent[] = [];

/** One item on the desk: its state, and what waits for it. */
export class ItemSlot {
  readonly sku: string;
  readonly stream: string;
  pending = few<Pending>();
  /** Undefined while it is not known. */
  state: ItemState | undefined;
  /** How many commands fit one append. */
  commandsMax: number;
  /** How many events do, of one command that does not. */
  eventsMax = APPEND_EVENTS_MAX;
  /** True from the first command put until nothing waits any more: it is being worked on. */
  isBusy = false;
  /** How many of `pending` were decided together, and what that brought: one append. */
  decided = 0;
  events: readonly NewEvent[] = NO_EVENTS;
  /** The one whose decision threw. */
  deciding: Pending | undefined;
  /** Before the decisions. */
  revision = 0;
  position = 0;

  constructor(sku: string, commandsMax: number) {
    this.sku = sku;
    this.stream = itemStream(sku);
    this.commandsMax = commandsMax;
  }

  /** Those that were decided: they wait no more. Nearly always that is all of them. */
  takeDecided(): readonly Pending[] {
    if (this.decided < this.pending.length) return this.pending.splice(0, this.decided);
    const all = this.pending;
    this.pending = few<Pending>();
    return all;
  }

  /** Nothing of what is being decided counts. */
  begin(): void {
    this.decided = 0;
    this.events = NO_EVENTS;
    this.deciding = undefined;
  }
}

/**
 * The items on the desk, in two generations: when the young one is full it becomes the old one, and what nobody
 * asked for since is gone, unless it is being worked on. Near to least-recently-used, at the cost of a Map.
 */
export class ItemSlots {
  readonly #youngMax: number;
  readonly #commandsMax: number;
  #young = new Map<string, ItemSlot>();
  #old = new Map<string, ItemSlot>();
  /** The young generation is full at so many. */
  #fullAt: number;

  /** Keeps at most `slotsMax` beside those at work and as many again, and at least the half of it last used. */
  constructor(slotsMax: number, commandsMax: number) {
    this.#youngMax = Math.max(1, Math.floor(slotsMax / 2));
    this.#fullAt = this.#youngMax;
    this.#commandsMax = commandsMax;
  }

  /** The one slot of the item; made if there is none. */
  of(sku: string): ItemSlot {
    return this.#young.get(sku) ?? this.#keep(this.#old.get(sku) ?? new ItemSlot(sku, this.#commandsMax));
  }

  #keep(slot: ItemSlot): ItemSlot {
    if (this.#young.size >= this.#fullAt) this.#turn();
    this.#young.set(slot.sku, slot);
    return slot;
  }

  #turn(): void {
    const gone = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    // A second slot of an item that is at work would be a second writer of it.
    for (const slot of gone.values()) if (slot.isBusy) this.#young.set(slot.sku, slot);
    // The next turn comes after as many new slots again: otherwise, where more are at work than fit, each new slot
    // would go over all of them.
    this.#fullAt = Math.max(this.#youngMax, 2 * this.#young.size);
  }
}
