import type { Instant } from '#kernel';
import type { ListingNumber } from './change-source.ts';
import { type HandOut, spanOf } from './hand-out.ts';
import type { ChangeKind } from './place.ts';
import type { Via, WebhookName } from './publication-event.ts';

/** What is known of one listing, or of one order that is still to be told. */
export interface ToldRow {
  readonly channel: string;
  readonly kind: ChangeKind;
  readonly id: string;
  /** The newest that went out, taken or not. */
  sent?: { readonly version: number; readonly at: Instant; readonly via: Via };
  /** `position` is of the receipt that says so. */
  acknowledged?: { readonly version: number; readonly at: Instant; readonly position: number };
  /** Still to be told; `position` is of the receipt that says so. */
  refused?: {
    readonly version: number;
    readonly at: Instant;
    readonly code: string;
    readonly position: number;
  };
}

/** A listing in the ledger of what was told: what it should say, what went out, what was taken. */
export interface Publication {
  readonly desired: ListingNumber;
  readonly sent: ToldRow['sent'];
  readonly acknowledged: { readonly version: number; readonly at: Instant } | undefined;
  /** Sent, not taken, and to be tried again. */
  readonly refused: { readonly version: number; readonly at: Instant; readonly code: string } | undefined;
  /** Since when the channel may sell by an older number; undefined where it knows the newest. */
  readonly staleSince: Instant | undefined;
}

/** Up to which version somebody was told all there is. */
export interface Reach {
  readonly through: number;
  readonly at: Instant;
}

interface Known {
  readonly row: ToldRow | undefined;
  /** The channel's webhook, if it has one now. */
  readonly webhook: WebhookName | undefined;
  /** By the feed. */
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

/** What a former receiver took, or did not take, says nothing about the present one. */
function knownAt(webhook: WebhookName | undefined, row: ToldRow): ToldRow {
  const { acknowledged, refused, ...rest } = row;
  const isTaken = acknowledged !== undefined && acknowledged.position > (webhook ?? 0);
  const isRefused = webhook !== undefined && refused !== undefined && refused.position > webhook;
  return { ...rest, ...(isTaken && { acknowledged }), ...(isRefused && { refused }) };
}

/** Read back from the topic, it stands there for everybody. */
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

/** What reaches this version, if it does. */
const reaching = (reach: Reach | undefined, version: number): Reach | undefined =>
  reach !== undefined && reach.through >= version ? reach : undefined;

const versionOf = (told: { readonly version: number } | undefined): number => told?.version ?? 0;
