import type { Instant, Quantity } from '#kernel';
import type { Cause, Entry, Sweep } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import type { ExceptionName, ItemEvent, RecordedItemEvent } from './item-event.ts';
import type { ItemState } from './item-state.ts';

/** What one item is asked to do: `post` brings facts and is never refused; all others are requests and may be. */
export type ItemCommand =
  Post | Reserve | TrimHold | EndHold | EndOverdue | Adjust | Reallocate | ResolveException;

/** All that one journal event does to this item. */
export interface Post {
  readonly type: 'post';
  /** Position of the journal event; one at or below the last one posted is a repeat. */
  readonly journal: number;
  readonly recordedAt: Instant;
  /** Why promises end, if this fact ends some. */
  readonly cause: Cause;
  readonly entries: readonly ItemEntry[];
}

/** Entries about one item; posting makes one such sweep of a sweep that the journal tells for all items. */
export type ItemEntry = Exclude<Entry, Sweep> | ItemSweep;

/** Says that a complete snapshot did not list this item. */
export type ItemSweep = Omit<Sweep, 'listed'>;

/** Holds stock for a reservation: all of it or, if `partial`, as much as there is. */
export interface Reserve {
  readonly type: 'reserve';
  readonly reservationId: string;
  /** Revision of the request in the reservation's stream. */
  readonly request: number;
  readonly channel: string;
  readonly wanted: readonly Wanted[];
  readonly partial: boolean;
  readonly expiresAt: Instant;
  /** The smallest amount the item is counted in: parts of a partial hold are multiples of it. */
  readonly step: Quantity;
  /** Only asks whether it could be held. */
  readonly probe?: boolean;
}

export interface Wanted {
  readonly quantity: Quantity;
  /** It is to be held at this location only. */
  readonly location?: string;
}

/** Gives back all of a hold but `quantity`. */
export interface TrimHold {
  readonly type: 'trim-hold';
  readonly reservationId: string;
  readonly quantity: Quantity;
}

/** Ends or extends a hold at once. A confirmation is not among these: only posting brings what it promises. */
export interface EndHold {
  readonly type: 'end-hold';
  readonly reservationId: string;
  /** Only the hold that this request made; any if absent. */
  readonly request?: number;
  readonly end: 'released' | 'expired' | 'extended';
  /** extended: the new deadline. */
  readonly expiresAt?: Instant;
  /** Log position by which the hold was made. */
  readonly heldAt?: number;
}

/** Ends all holds that are past their deadline, as every command does on its way. */
export interface EndOverdue {
  readonly type: 'end-overdue';
  /** Log position by which the holds that are meant were made. */
  readonly heldAt?: number;
}

/** Corrects on-hand by compare-and-set: exactly one of `setTo` and `change`. */
export interface Adjust {
  readonly type: 'adjust';
  readonly adjustmentId: string;
  readonly location: string;
  readonly disposition: Disposition;
  readonly setTo?: Quantity;
  readonly change?: Quantity;
  readonly expectedOnHand?: Quantity;
  readonly reason: string;
  readonly actor: string;
}

export interface Reallocate {
  readonly type: 'reallocate';
  readonly reallocationId: string;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: Quantity;
}

export interface ResolveException {
  readonly type: 'resolve-exception';
  readonly name: ExceptionName;
  /** Position of the event that opened it: an exception of the same name opened since is a different one. */
  readonly opened: number;
  readonly reason: string;
  readonly actor: string;
}

/** What a decision needs to know beyond the item. */
export interface DecisionContext {
  /** For a fact, when it was recorded. Holds whose deadline is not after it are gone. */
  readonly now: Instant;
  /** A channel's locations by priority, inactive ones included. */
  locationsOf(channel: string): readonly string[];
  /** False if the location's stock counts for no channel. */
  isActive(location: string): boolean;
  /** How much of the item the channel may still hold: its ATS less its buffer. May be below 0. */
  reservable(state: ItemState, channel: string): Quantity;
  /** Complete snapshots of the location with `from` ≤ asOf < `before` that have been posted, by time. */
  sweeps(location: string, from: Instant, before: Instant): readonly ItemSweep[];
  /** The item's stored events so far, if `pastNeeded` asked for them; those it did not ask for may be left out. */
  readonly past?: readonly RecordedItemEvent[];
}

/** What comes of a command. A refusal too may bring events: holds past their deadline end on this occasion. */
export interface Decision {
  /** To be stored, all or none. Empty if nothing changes. */
  readonly events: readonly ItemEvent[];
  readonly answer?: Rejection | Repeated;
}

/** The request was carried out before, by this event; `position` if the event was found in the stored past. */
export interface Repeated {
  readonly repeated: ItemEvent;
  readonly position?: number;
}
