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
  /** What was stored for it; empty if nothing changed. */
  readonly events: readonly ItemEvent[];
  /** Position of the last of them; without any, of the repeated event, or of the newest one that the decision knew. */
  readonly position: number;
  /** The event by which it was done before. */
  readonly repeated?: ItemEvent;
}

/** What is called with the answer to a command. */
export interface Asker {
  readonly done: (answer: Done | Rejection) => void;
  readonly fail: (cause: unknown) => void;
}

/** A command that is not answered yet. */
export interface Pending {
  readonly command: ItemCommand;
  readonly asker: Asker;
  /** How often it lost a race against another writer. */
  races: number;
  /** The last decision on it. */
  decision: Decision | undefined;
  /** True if it needs no look at newer events, should it change nothing. */
  isSure: boolean;
}

const NO_EVENTS: readonly NewEvent[] = [];

/** One item on the desk: its state, and the commands that wait. */
export class ItemSlot {
  readonly sku: string;
  readonly stream: string;
  pending = few<Pending>();
  /** Undefined while it is not known. */
  state: ItemState | undefined;
  /** How many commands go into one append. */
  commandsMax: number;
  /** How many events go into one append, if a single command does not fit. */
  eventsMax = APPEND_EVENTS_MAX;
  /** True while it is being worked on: from the first command until none waits any more. */
  isBusy = false;
  /** How many of `pending` were decided together, and their events: one append. */
  decided = 0;
  events: readonly NewEvent[] = NO_EVENTS;
  /** The command that is being decided; after a failure, the one whose decision threw. */
  deciding: Pending | undefined;
  /** Revision and position of the state before the decisions. */
  revision = 0;
  position = 0;

  constructor(sku: string, commandsMax: number) {
    this.sku = sku;
    this.stream = itemStream(sku);
    this.commandsMax = commandsMax;
  }

  /** Takes out the commands that were decided, which nearly always are all of them. */
  takeDecided(): readonly Pending[] {
    if (this.decided < this.pending.length) return this.pending.splice(0, this.decided);
    const all = this.pending;
    this.pending = few<Pending>();
    return all;
  }

  /** True if what was decided changes nothing, and would not if there were newer events. */
  get isNothingForSure(): boolean {
    if (this.events.length > 0) return false;
    for (let index = 0; index < this.decided; index++) if (!this.pending[index]!.isSure) return false;
    return true;
  }

  /** Begins a round of decisions: those of the last one no longer count. */
  begin(): void {
    this.decided = 0;
    this.events = NO_EVENTS;
    this.deciding = undefined;
  }
}

/**
 * The items on the desk, in two generations: when the young one is full it becomes the old one, and slots of the former
 * old one that were not used since are dropped, unless they are being worked on. Nearly least-recently-used, for the
 * price of a Map.
 */
export class ItemSlots {
  readonly #youngMax: number;
  readonly #commandsMax: number;
  #young = new Map<string, ItemSlot>();
  #old = new Map<string, ItemSlot>();
  /** With this many slots the young generation is full. */
  #fullAt: number;

  /** Keeps at least the `slotsMax / 2` slots used last, and at most `slotsMax` besides twice those being worked on. */
  constructor(slotsMax: number, commandsMax: number) {
    this.#youngMax = Math.max(1, Math.floor(slotsMax / 2));
    this.#fullAt = this.#youngMax;
    this.#commandsMax = commandsMax;
  }

  /** The only slot of the item, which is created if there is none. */
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
    // A second slot of an item that is being worked on would be a second writer of it.
    for (const slot of gone.values()) if (slot.isBusy) this.#young.set(slot.sku, slot);
    // The next turn comes only after as many new slots: if more are being worked on than fit, each new slot would
    // otherwise walk through all of them.
    this.#fullAt = Math.max(this.#youngMax, 2 * this.#young.size);
  }
}
