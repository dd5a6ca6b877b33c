import type { Instant } from '#kernel';
import type { ListingNumber } from './change-source.ts';
import { type HandOut, spanOf } from './hand-out.ts';
import type { ChangeKind } from './place.ts';
import type { Via, WebhookName } from './publication-event.ts';

/** What is known about one listing, or about one order that is still to be told. */
export interface ToldRow {
  readonly channel: string;
  readonly kind: ChangeKind;
  readonly id: string;
  /** The newest version that was sent, taken or not. */
  sent?: { readonly version: number; readonly at: Instant; readonly via: Via };
  /** `position`: of the receipt. */
  acknowledged?: { readonly version: number; readonly at: Instant; readonly position: number };
  /** Not taken, and still to be told. `position`: of the receipt. */
  refused?: {
    readonly version: number;
    readonly at: Instant;
    readonly code: string;
    readonly position: number;
  };
}

/** A listing in the ledger of what was told: its number now, what was sent, and what was taken. */
export interface Publication {
  readonly desired: ListingNumber;
  readonly sent: ToldRow['sent'];
  readonly acknowledged: { readonly version: number; readonly at: Instant } | undefined;
  /** Sent, not taken, and to be tried again. */
  readonly refused: { readonly version: number; readonly at: Instant; readonly code: string } | undefined;
  /** Since when the channel may sell by an older number; undefined if it knows the newest. */
  readonly staleSince: Instant | undefined;
}

/** Everything up to this version was told. */
export interface Reach {
  readonly through: number;
  readonly at: Instant;
}

interface Known {
  readonly row: ToldRow | undefined;
  /** The channel's webhook, if it has one now. */
  readonly webhook: WebhookName | undefined;
  /** What readers of its feed were handed. */
  readonly handedOut: readonly HandOut[];
  readonly topic: Reach | undefined;
}

export function toPublication(desired: ListingNumber, { webhook, ...known }: Known): Publication {
  const { row, ...reaches } = { ...known, row: known.row && knownAt(webhook, known.row) };
  const { version, recordedAt } = desired;
  const handedOut = spanOf(reaches.handedOut, version);
  const topic = reaching(reaches.topic, version);
  const acknowledged = acknowledgedBy(row, topic, version);
  const isKnown = handedOut !== undefined || versionOf(acknowledged) >= version;
  return {
    desired,
    sent: (versionOf(row?.sent) < version && sentBy(topic, handedOut, version)) || row?.sent,
    acknowledged,
    refused: row?.refused,
    staleSince: isKnown ? undefined : recordedAt,
  };
}

/** Without what a former receiver took or refused: that says nothing about the present one. */
function knownAt(webhook: WebhookName | undefined, row: ToldRow): ToldRow {
  const { acknowledged, refused, ...rest } = row;
  const isTaken = acknowledged !== undefined && acknowledged.position > (webhook ?? 0);
  const isRefused = webhook !== undefined && refused !== undefined && refused.position > webhook;
  return { ...rest, ...(isTaken && { acknowledged }), ...(isRefused && { refused }) };
}

/** A version that was read back from the topic counts as taken: every reader of the topic can have it. */
const acknowledgedBy = (
  row: ToldRow | undefined,
  topic: Reach | undefined,
  version: number,
): Publication['acknowledged'] =>
  topic !== undefined && versionOf(row?.acknowledged) < version
    ? { version, at: topic.at }
    : row?.acknowledged;

function sentBy(topic: Reach | undefined, handedOut: HandOut | undefined, version: number): ToldRow['sent'] {
  if (topic !== undefined) return { version, at: topic.at, via: 'kafka' };
  return handedOut && { version, at: handedOut.at, via: 'feed' };
}

/** `reach`, if it includes this version. */
const reaching = (reach: Reach | undefined, version: number): Reach | undefined =>
  reach !== undefined && reach.through >= version ? reach : undefined;

const versionOf = (told: { readonly version: number } | undefined): number => told?.version ?? 0;
