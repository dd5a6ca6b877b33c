import { type Instant, toUnits } from '#kernel';
import type { Publication } from './told-book.ts';
import { toTime } from './wire.ts';

/** A listing in the ledger of what was told, in the outside's words. */
export interface PublicationBody {
  readonly listing: string;
  readonly sku: string;
  readonly desired: { readonly available: number; readonly version: number; readonly recordedAt: string };
  readonly sent: { readonly version: number; readonly at: string; readonly via: string } | null;
  readonly acknowledged: { readonly version: number; readonly at: string } | null;
  /** Sent, not taken, and to be tried again. */
  readonly refused: { readonly version: number; readonly at: string; readonly code: string } | null;
  /** For how long the channel may have been selling by an older number; 0 where it knows the newest. */
  readonly staleSeconds: number;
}

export function publicationBody(publication: Publication, now: Instant): PublicationBody {
  const { desired, sent, acknowledged, refused, staleSince } = publication;
  const { available, version, recordedAt } = desired;
  return {
    listing: desired.listing,
    sku: desired.sku,
    desired: { available: toUnits(available), version, recordedAt: toTime(recordedAt) },
    sent: sent ? { version: sent.version, at: toTime(sent.at), via: sent.via } : null,
    acknowledged: acknowledged ? { version: acknowledged.version, at: toTime(acknowledged.at) } : null,
    refused: refused ? { version: refused.version, at: toTime(refused.at), code: refused.code } : null,
    staleSeconds: staleSince === undefined ? 0 : Math.max(0, now - staleSince) / 1000,
  };
}
