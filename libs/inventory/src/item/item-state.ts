import type { Instant, Quantity } from '#kernel';
import type { FactKey } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Anchor, Commitment, StockReserved } from './item-event.ts';
import { copyRemembered, type Remembered } from './remembered.ts';

/**
 * What is known of one item after its events so far: plain JSON data, so that it can be kept as it is.
 * The fold changes it in place: to keep an old state, copy it first.
 */
export interface ItemState {
  /** Revision of the newest event applied; -1 before the first. */
  revision: number;
  /** Log position of the newest event applied; 0 before the first. */
  position: number;
  /** Position of the journal event last posted to it: everything up to it has been posted. */
  postedThrough: number;
  /** The journal event of which only the first `entries` are posted so far; absent if there is none. */
  partly?: { readonly journal: number; readonly entries: number };
  /** In the order in which the locations were first named. */
  places: Place[];
  /** Balances of the outside accounts: together with all places they sum to 0. */
  outside: Outside;
  /** Open promises, by `orderKey`; those of one order in the sequence in which they were made. */
  commitments: Record<string, HeldCommitment[]>;
  /** Open holds, by `nameKey` of the reservation id. */
  holds: Record<string, Hold>;
  /** The earliest deadline among the holds; absent if there is none. */
  deadline?: Instant;
  /** What is promised and held per channel, over all places. */
  channels: ChannelClaims[];
  /** By `nameKey` of the document id. Beyond EXPECTATIONS_MAX complete ones are forgotten. */
  expectations: Record<string, Expectation>;
  /** Names of receipts that have not been expected so far, and of forgotten expectations. */
  unexpected?: Remembered;
  /** Of these, the forgotten expectations: they were complete, so that further goods may be too much. */
  forgotten?: Remembered;
  /** Ids of adjustments and reallocations. */
  requests?: Remembered;
  /** Open exceptions, by `exceptionKey`. */
  exceptions: Record<string, OpenException>;
  /** Latest `occurredAt` of any movement or count: a later fact needs no look into the past. */
  latestAt: Instant;
}

export interface Outside {
  supplier: Quantity;
  customer: Quantity;
  adjustment: Quantity;
  shrinkage: Quantity;
}

export interface HeldCommitment extends Commitment {
  /** When a reallocation last moved some of it here. */
  readonly movedAt?: Instant;
}
export type Hold = Omit<StockReserved, 'journal' | 'more'>;

export interface ChannelClaims {
  readonly channel: string;
  committed: Quantity;
  reserved: Quantity;
}

export interface Place {
  readonly location: string;
  stock: DispositionStock[];
  committed: Quantity;
  reserved: Quantity;
  /** Balance of the in-transit account: below 0 while a transfer was received before it was shipped. */
  inTransit: Quantity;
  /** For transfers to this location, by `nameKey`: shipped less received, if that is not 0. */
  transfers?: Record<string, Quantity>;
  /** The newest complete snapshot that did not list the item: dispositions that are told of later may stand on it. */
  swept?: Anchor;
  /** The highest sequence number each source told with a movement here, which watermarks are compared with. */
  sequences?: { readonly source: string; highest: number }[];
}

export interface DispositionStock {
  readonly disposition: Disposition;
  onHand: Quantity;
  /** The last count by time. */
  anchor?: Anchor;
  /** Earliest time of any movement or count in it: every sweep from then on has been posted. */
  since?: Instant;
  /** Latest time of any movement in it. */
  movedAt?: Instant;
}

export interface Expectation {
  readonly name: string;
  readonly key: FactKey;
  readonly location: string;
  readonly expected: Quantity;
  received: Quantity;
  readonly expectedAt: Instant;
}

export interface OpenException {
  /**
   * Log position of the event that opened it, which is the exception's id. If the state took the event in before it was
   * stored, the position of the event before it.
   */
  readonly position: number;
  quantity: Quantity;
}

/** Most expectations kept of one item; beyond it the oldest complete ones are forgotten. */
export const EXPECTATIONS_MAX = 64;

export const emptyItem = (): ItemState => ({
  revision: -1,
  position: 0,
  postedThrough: 0,
  partly: undefined,
  places: [],
  outside: { supplier: 0, customer: 0, adjustment: 0, shrinkage: 0 },
  commitments: {},
  holds: {},
  deadline: undefined,
  channels: [],
  expectations: {},
  unexpected: undefined,
  forgotten: undefined,
  requests: undefined,
  exceptions: {},
  latestAt: 0,
});

/** An independent copy: changing either leaves the other as it is. */
export function copyItem(state: ItemState): ItemState {
  return {
    ...state,
    places: state.places.map(copyPlace),
    outside: { ...state.outside },
    // Commitments and holds are never changed, only replaced: copies may share them.
    commitments: copyRecord(state.commitments, (commitments) => [...commitments]),
    holds: { ...state.holds },
    channels: state.channels.map((claims) => ({ ...claims })),
    expectations: copyRecord(state.expectations, (expectation) => ({ ...expectation })),
    unexpected: state.unexpected && copyRemembered(state.unexpected),
    forgotten: state.forgotten && copyRemembered(state.forgotten),
    requests: state.requests && copyRemembered(state.requests),
    exceptions: copyRecord(state.exceptions, (exception) => ({ ...exception })),
  };
}

function copyPlace(place: Place): Place {
  return {
    ...place,
    stock: place.stock.map((stock) => ({ ...stock })),
    transfers: place.transfers && { ...place.transfers },
    sequences: place.sequences?.map((sequence) => ({ ...sequence })),
  };
}

function copyRecord<Value>(
  record: Readonly<Record<string, Value>>,
  copy: (value: Value) => Value,
): Record<string, Value> {
  const copied: Record<string, Value> = {};
  for (const key in record) copied[key] = copy(record[key]!);
  return copied;
}
