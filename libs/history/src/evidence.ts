import type { EventStore } from '#event-store';
import {
  type Anchor,
  compareFacts,
  type FactKey,
  type FactRecorded,
  isAfter,
  type ItemState,
  type MovementPosted,
  nameKey,
  orderKey,
  type ParkedLinesReleased,
  placeOf,
  type RecordedItemEvent,
  stockOf,
  type Term,
} from '#inventory';

/** A stored event that a term rests on; `message` is the one that told it, null if OnHand itself made the event. */
export interface Evidence {
  readonly position: number;
  readonly message: MessageName | null;
}

interface MessageName {
  readonly source: string;
  readonly id: string;
}

/** The most events shown for one term: the newest ones. */
const EVIDENCE_MAX = 1_000;

/** The events that a term of an item rests on, oldest first: those since the last count, or of what is still open. */
export function evidenceOf(
  { name, location }: Term,
  events: readonly RecordedItemEvent[],
  state: ItemState,
): readonly RecordedItemEvent[] {
  if (location === undefined) return [];
  return events.filter((event) => isBehind(name, location, event, state)).slice(-EVIDENCE_MAX);
}

function isBehind(name: Term['name'], location: string, event: RecordedItemEvent, state: ItemState): boolean {
  if (name === 'sellable') return movesSellable(location, event, state);
  if (name === 'committed') return isOpenCommitment(location, event, state);
  if (name === 'reserved') return isOpenHold(location, event, state);
  return false;
}

function movesSellable(location: string, event: RecordedItemEvent, state: ItemState): boolean {
  const anchor = stockOf(placeOf(state, location), 'sellable')?.anchor;
  switch (event.type) {
    case 'MovementPosted':
      return isMovementSince(`${location}/sellable`, event.data, anchor);
    case 'CountPosted':
      return event.data.disposition === 'sellable' && isAnchor(event.data, location, anchor);
    case 'SweepPosted':
      return isAnchor(event.data, location, anchor);
    case 'OnHandAdjusted': {
      const { disposition, occurredAt } = event.data;
      const isHere = event.data.location === location && disposition === 'sellable';
      return isHere && (!anchor || occurredAt > anchor.key.at);
    }
    default:
      return false;
  }
}

/** True for a movement of the account that its last count does not include. */
function isMovementSince(account: string, movement: MovementPosted, anchor: Anchor | undefined): boolean {
  const { from, to, key, sequence } = movement;
  if (from !== account && to !== account) return false;
  // `countedSince` is not used: the count it refers to may have been lifted, or a later one have come.
  return !anchor || isAfter(key, sequence, anchor);
}

const isAnchor = (
  told: { readonly location: string; readonly key: FactKey },
  location: string,
  anchor: Anchor | undefined,
): boolean => told.location === location && anchor !== undefined && compareFacts(told.key, anchor.key) === 0;

/** Looked up by order: an item may have very many open promises, and this is asked for each of its events. */
function isOpenCommitment(location: string, event: RecordedItemEvent, state: ItemState): boolean {
  if (event.type !== 'StockCommitted' || event.data.location !== location) return false;
  const { channel, orderId, line } = event.data;
  const ofOrder = state.commitments[orderKey(channel, orderId)] ?? [];
  return ofOrder.some((open) => open.line === line && open.location === location);
}

function isOpenHold(location: string, event: RecordedItemEvent, state: ItemState): boolean {
  if (event.type !== 'StockReserved') return false;
  const isOpen = state.holds[nameKey(event.data.reservationId)] !== undefined;
  return isOpen && event.data.parts.some((part) => part.location === location);
}

/** Finds the message that an item's event carried into the ledger. */
export async function toEvidence(store: EventStore, event: RecordedItemEvent): Promise<Evidence> {
  const { position, data } = event;
  if ('key' in data) return { position, message: { source: data.key.source, id: data.key.id } };
  return { position, message: data.journal === undefined ? null : await messageAt(store, data.journal) };
}

async function messageAt(store: EventStore, journal: number): Promise<MessageName | null> {
  const data = (await store.eventAt(journal))?.data as
    Partial<FactRecorded & ParkedLinesReleased> | undefined;
  if (data?.message) return { source: data.message.source, id: data.message.id };
  return data?.source !== undefined && data.id !== undefined ? { source: data.source, id: data.id } : null;
}
