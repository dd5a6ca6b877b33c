/** What the demo reads of the service's answers; /docs has the whole of each. */

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
