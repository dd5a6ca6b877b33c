/** The answers of the HTTP API (`/openapi.json`) as far as people are shown them; `--json` prints them whole. */

export interface PageOf<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

export interface ItemAnswer {
  readonly sku: string;
  readonly name: string;
  readonly position: number;
  readonly totals: Totals;
  readonly locations: readonly LocationRow[];
  readonly availability?: readonly {
    readonly channel: string;
    readonly listing: string;
    readonly available: number;
    readonly version: number;
  }[];
}

interface Totals {
  readonly onHand: number;
  readonly sellable: number;
  readonly committed: number;
  readonly reserved: number;
  readonly inTransit: number;
  readonly incoming: number;
}

export interface LocationRow {
  readonly location: string;
  readonly onHand: Readonly<Record<string, number>>;
  readonly committed: number;
  readonly reserved: number;
  readonly inTransit: number;
  readonly incoming: number;
}

export interface Term {
  readonly name: string;
  readonly value: number;
  readonly location?: string;
  readonly events: readonly {
    readonly position: number;
    /** Null if no message told it: a request, or a change of the set-up. */
    readonly message: { readonly source: string; readonly id: string } | null;
  }[];
}

export interface ExplainAnswer {
  readonly available: number;
  readonly version: number;
  readonly terms: readonly Term[];
  readonly policies: readonly {
    readonly scope: string;
    readonly field: string;
    readonly value: unknown;
    readonly position: number;
  }[];
  readonly components?: readonly {
    readonly sku: string;
    readonly required: number;
    readonly available: number;
    readonly terms: readonly Term[];
  }[];
}

export interface TimelineRow {
  readonly position: number;
  readonly kind: string;
  readonly location: string;
  readonly disposition: string;
  readonly quantity: number;
  readonly balance: number;
  readonly document?: string;
  readonly message?: { readonly source: string; readonly id: string };
  readonly occurredAt: string;
  readonly recordedAt: string;
}

/** A line that is parked, or a message that was rejected. */
export interface QuarantineRow {
  readonly id: string;
  readonly source: string;
  readonly messageId?: string;
  readonly line?: string;
  readonly code: string;
  readonly detail: string;
  readonly recordedAt: string;
}
