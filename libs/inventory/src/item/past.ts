import type { Instant, Quantity } from '#kernel';
import { compareFacts, type FactKey, onHandAccount } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Anchor, ItemEvent, RecordedItemEvent, SweepPosted } from './item-event.ts';

/** What an item's stored events say about the past: read only if the state does not know. */

type Past = readonly RecordedItemEvent[];

/**
 * A movement is after a count if it happened later, or if the count's source says that the count does not include it.
 */
export function isAfter(
  key: FactKey,
  sequence: number | undefined,
  anchor: Omit<Anchor, 'quantity'>,
): boolean {
  if (key.at > anchor.key.at) return true;
  const { watermark } = anchor;
  return (
    watermark !== undefined &&
    sequence !== undefined &&
    sequence > watermark &&
    key.source === anchor.key.source
  );
}

/** Sum of the account's movements after the anchor, or of all its movements if there is no anchor. */
export function movedAfter(
  past: Past,
  location: string,
  disposition: Disposition,
  anchor: Omit<Anchor, 'quantity'> | undefined,
): Quantity {
  const account = onHandAccount(location, disposition);
  let total = 0;
  for (const { type, data } of past) {
    if (type === 'MovementPosted' && (data.from === account || data.to === account)) {
      if (anchor && !isAfter(data.key, data.sequence, anchor)) continue;
      total += (data.to === account ? data.quantity : 0) - (data.from === account ? data.quantity : 0);
    } else if (type === 'OnHandAdjusted' && data.location === location && data.disposition === disposition) {
      if (!anchor || data.occurredAt > anchor.key.at) total += data.change;
    }
  }
  return total;
}

/** True if these name the same complete snapshot. */
export const isSameDocument = (a: FactKey, b: FactKey): boolean =>
  a.at === b.at && a.document === b.document && a.source === b.source;

/** The sweeps of a location that have not been lifted; those of the document of `lifted` are left out. */
export function sweepsStanding(
  past: readonly ItemEvent[],
  location: string,
  lifted?: FactKey,
): SweepPosted[] {
  const counted: FactKey[] = lifted ? [lifted] : [];
  const sweeps: SweepPosted[] = [];
  for (const { type, data } of past) {
    if ((type === 'CountPosted' || type === 'SweepLifted') && data.location === location) {
      counted.push(data.key);
    }
    if (type === 'SweepPosted' && data.location === location) sweeps.push(data);
  }
  return sweeps.filter((sweep) => !counted.some((key) => isSameDocument(key, sweep.key)));
}

/** The last count or sweep of the account. */
export function anchorIn(
  past: Past,
  sweeps: readonly SweepPosted[],
  location: string,
  disposition: Disposition,
): Anchor | undefined {
  let last: Anchor | undefined;
  for (const { type, data } of past) {
    if (type !== 'CountPosted' || data.location !== location || data.disposition !== disposition) continue;
    const order = last ? compareFacts(data.key, last.key) : 1;
    if (order > 0) last = anchorOf(data);
    else if (last && order === 0) last = { ...last, quantity: last.quantity + data.quantity };
  }
  return laterOf(last, newestSweep(sweeps));
}

export function newestSweep(sweeps: readonly SweepPosted[]): Anchor | undefined {
  return sweeps
    .map((sweep) => anchorOf({ ...sweep, quantity: 0 }))
    .reduce<Anchor | undefined>((newest, anchor) => laterOf(newest, anchor), undefined);
}

function laterOf(a: Anchor | undefined, b: Anchor | undefined): Anchor | undefined {
  if (!a || !b) return a ?? b;
  return compareFacts(b.key, a.key) > 0 ? b : a;
}

const anchorOf = ({ key, quantity, watermark }: Anchor): Anchor => ({ key, quantity, watermark });

/** What was received under this name, and what was last said to be expected. */
export function expectationIn(past: readonly ItemEvent[], name: string): PastExpectation {
  let received = 0;
  let latest: PastExpectation['latest'];
  for (const { type, data } of past) {
    if (type === 'MovementPosted' && data.expectation === name) received += data.quantity;
    if (type !== 'SupplyExpected' || data.documentId !== name) continue;
    const { key, location, quantity } = data;
    const order = latest ? compareFacts(key, latest.key) : 1;
    if (order > 0) latest = { key, location, expected: quantity };
    // Several lines of one message add up.
    else if (latest && order === 0) latest = { ...latest, expected: latest.expected + quantity };
  }
  return { received, latest };
}

interface PastExpectation {
  readonly received: Quantity;
  readonly latest?: { readonly key: FactKey; readonly location: string; readonly expected: Quantity };
}

export type PastNeeded = 'all' | { readonly movedAfter: Instant };
