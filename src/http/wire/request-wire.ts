import type { Claim } from '#inventory';
import { type ExceptionRow, linesOf, type ReservationAnswer, type ReservationRow } from '#ledger';
import type { Quantity } from '#kernel';
import { present, time, units } from './scalars.ts';

export const shownReservation = (held: ReservationAnswer): object => ({
  reservationId: held.reservationId,
  channel: held.channel,
  state: held.state,
  lines: held.lines.map(shownLine),
  expiresAt: time(held.expiresAt),
  ...present({ orderId: held.orderId }),
  position: held.position,
});

/** A row of the list: only what was held is one. */
export const shownReservationRow = (row: ReservationRow): object => ({
  reservationId: row.reservationId,
  channel: row.channel,
  state: row.state,
  lines: linesOf(row).map(shownLine),
  expiresAt: time(row.expiresAt),
  ...present({ orderId: row.confirmed?.orderId }),
  position: row.position,
});

const shownLine = (line: { sku: string; quantity: Quantity; location: string }): object => ({
  sku: line.sku,
  quantity: units(line.quantity),
  location: line.location,
});

const shownClaim = ({ channel, orderId, quantity, occurredAt, recordedAt }: Claim): object => ({
  ...present({ channel, orderId }),
  quantity: units(quantity),
  occurredAt: time(occurredAt),
  recordedAt: time(recordedAt),
});

/** To a key of one channel (`owner`) without the claims of others: their orders are not its own. */
export const shownException = (row: ExceptionRow, owner?: string): object => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  sku: row.sku,
  ...present({ location: row.location, channel: row.channel, orderId: row.orderId }),
  quantity: units(row.quantity),
  claims: row.claims.filter(({ channel }) => owner === undefined || channel === owner).map(shownClaim),
  openedAt: time(row.openedAt),
  ...(row.closedAt !== undefined && { closedAt: time(row.closedAt) }),
  ...present({ reason: row.reason, actor: row.actor }),
});
