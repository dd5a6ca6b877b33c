import type { Instant, Quantity } from '#kernel';
import type { Cause, Entry, Sweep } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Rejection } from '../rejection.ts';
import type { ExceptionName, ItemEvent, RecordedItemEvent } from './item-event.ts';
import type { ItemState } from './item-state.ts';

/** What is put to one item: `post` carries facts and is never refused, all others ask and may be. */
export type ItemCommand = Post | Reserve | TrimHold | EndHold | Adjust | Reallocate | ResolveException;

/** All that one journal event does to this item. */
export interface Post {
  readonly type: 'post';
  /** Position of the journal event: what is at or below the last one posted is a repeat. */
  readonly journal: number;
  readonly recordedAt: Instant;
  /** Why promises end, where this fact ends some. */
  readonly cause: Cause;
  readonly entries: readonly ItemEntry[];
}

/** Entries that are about one item, and one that posting makes of what the journal says about many. */
export type ItemEntry = Exclude<Entry, Sweep> | ItemSweep;

/** A complete snapshot did not list this item. */
export type ItemSweep = Omit<Sweep, 'listed'>;

/** Holds stock for a reservation, all of it or, if `partial`, what can be had. */
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
  /** Pins it to this location. */
  readonly location?: string;
}

/** Gives back all of a hold but so much. */
export interface TrimHold {
  readonly type: 'trim-hold';
  readonly reservationId: string;
  readonly quantity: Quantity;
}

/** Ends or extends a hold at once; what a confirmation promises, only posting brings. */
export interface EndHold {
  readonly type: 'end-hold';
  readonly reservationId: string;
  /** Only the hold of this request; any where absent. */
  readonly request?: number;
  readonly end: 'released' | 'expired' | 'extended';
  /** extended: the new deadline. */
  readonly expiresAt?: Instant;
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
  /** Position of the event that opened it: one of the same name that was opened since is another. */
  readonly opened: number;
  readonly reason: string;
  readonly actor: string;
}

/** What a decision asks of the world around the item. */
export interface DecisionContext {
  /** Of a fact: when it was recorded. Holds whose deadline is not after it are gone. */
  readonly now: Instant;
  /** A channel's locations in priority, also inactive ones. */
  locationsOf(channel: string): readonly string[];
  /** False where its stock counts for no channel. */
  isActive(location: string): boolean;
  /** What the channel may still hold of it: its ATS less its buffer. May be below 0. */
  reservable(state: ItemState, channel: string): Quantity;
  /** Complete snapshots of the location with `from` ≤ asOf < `before` that have been posted, by time. */
  sweeps(location: string, from: Instant, before: Instant): readonly ItemSweep[];
  /** The item's stored events so far, where `pastNeeded` asked for them; it may leave out the ones it need not. */
  readonly past?: readonly RecordedItemEvent[];
}

/** What comes of a command. Also a refusal may bring events: holds past their deadline are let go by the way. */
export interface Decision {
  /** To store, all or none; none: nothing changes. */
  readonly events: readonly ItemEvent[];
  readonly answer?: Rejection | Repeated;
}

/** It was done before, by this event; `position` where it is a stored one of the past. */
export interface Repeated {
  readonly repeated: ItemEvent;
  readonly position?: number;
}
