/** What the demo reads of the service's answers (the whole of each is in /docs). */

/** A listing's number, the same object in the feed and in a pull. */
export interface Told {
  readonly channel: string;
  readonly listing: string;
  readonly sku: string;
  readonly available: number;
  readonly version: number;
  readonly reason: string;
}

export interface OrderTold {
  readonly orderId: string;
  readonly channel: string;
  readonly status: string;
  readonly lines: readonly object[];
  readonly shipments: readonly {
    readonly tracking?: { readonly carrier?: string; readonly number?: string };
  }[];
}

export interface Result {
  readonly outcome: 'accepted' | 'duplicate' | 'parked' | 'rejected';
  readonly id: string;
  readonly position: number;
  readonly flags?: readonly string[];
  readonly parked?: readonly { readonly line: string; readonly code: string; readonly detail: string }[];
  readonly error?: { readonly code: string; readonly detail: string };
}

export interface BatchAnswer {
  readonly results: readonly Result[];
  readonly counts: Readonly<Record<Result['outcome'], number>>;
}

export interface Status {
  readonly head: number;
  readonly posted: number;
  readonly projected: number;
  readonly published: number;
}

export interface ItemAnswer {
  readonly sku: string;
  readonly name: string;
  readonly totals: Readonly<Record<'onHand' | 'sellable' | 'committed' | 'reserved' | 'inTransit', number>>;
  readonly locations: readonly {
    readonly location: string;
    readonly onHand: Readonly<Record<string, number>>;
    readonly committed: number;
    readonly inTransit: number;
  }[];
}

export interface ExceptionAnswer {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly sku: string;
  readonly location?: string;
  readonly quantity: number;
  readonly claims: readonly {
    readonly channel?: string;
    readonly orderId?: string;
    readonly quantity: number;
  }[];
}

export interface CompletenessRow {
  readonly source: string;
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly parked: number;
  readonly rejected: number;
}

export interface Term {
  readonly name: string;
  readonly value: number;
  readonly location?: string;
}

export interface Explanation {
  readonly available: number;
  readonly version: number;
  readonly terms: readonly Term[];
  readonly components?: readonly {
    readonly sku: string;
    readonly required: number;
    readonly available: number;
    readonly terms: readonly Term[];
  }[];
}
