import { UNIT } from '#kernel';
import {
  ADJUSTMENT,
  type Count,
  CUSTOMER,
  type Expect,
  type FactKey,
  inTransitAccount,
  type Move,
  onHandAccount,
  type Open,
  SUPPLIER,
  type Sweep,
} from '../src/entry.ts';
import type { Disposition } from '../src/message.ts';

/** Entries of one item, MUG, as the journal makes them; quantities in units, times in any small number. */

let told = 0;

export const keyAt = (at: number, more: Partial<FactKey> = {}): FactKey => {
  const id = `m-${String(++told).padStart(6, '0')}`;
  return { at, source: 'wms', id, document: id, ...more };
};

type More<Of> = Partial<Of>;

export const move = (from: string, to: string, units: number, more: More<Move> = {}): Move => ({
  kind: 'move',
  key: keyAt(1),
  sku: 'MUG',
  from,
  to,
  quantity: units * UNIT,
  cause: 'move',
  ...more,
});

export const shelf = (location = 'main', disposition: Disposition = 'sellable'): string =>
  onHandAccount(location, disposition);

export const received = (units: number, at = 1, more: More<Move> & { location?: string } = {}): Move => {
  const { location, ...rest } = more;
  return move(SUPPLIER, shelf(location), units, { key: keyAt(at), cause: 'receipt', ...rest });
};

export const sold = (units: number, at = 2, more: More<Move> & { location?: string } = {}): Move => {
  const { location, ...rest } = more;
  const key = keyAt(at, { source: 'pos' });
  return move(shelf(location), CUSTOMER, units, { key, cause: 'sale', channel: 'pos', ...rest });
};

export const issued = (units: number, at = 2): Move =>
  move(shelf(), CUSTOMER, units, { key: keyAt(at), cause: 'goods-issue' });

export const adjusted = (units: number): Move =>
  move(ADJUSTMENT, shelf(), units, { key: keyAt(2), cause: 'adjustment' });

export const shipped = (orderId: string, units: number, at = 3, location = 'main'): Move =>
  move(shelf(location), CUSTOMER, units, {
    key: keyAt(at, { source: 'web' }),
    cause: 'shipment',
    channel: 'web',
    orderId,
  });

export const transferShipped = (transferId: string, units: number): Move =>
  move(shelf('main'), inTransitAccount('shop'), units, {
    key: keyAt(2, { document: transferId }),
    cause: 'transfer',
  });

export const transferReceived = (transferId: string, units: number): Move =>
  move(inTransitAccount('shop'), shelf('shop'), units, {
    key: keyAt(3, { document: transferId }),
    cause: 'transfer',
  });

export const counted = (units: number, at: number, more: More<Count> = {}): Count => ({
  kind: 'count',
  key: keyAt(at),
  sku: 'MUG',
  location: 'main',
  disposition: 'sellable',
  quantity: units * UNIT,
  cause: 'count',
  ...more,
});

/** A complete snapshot of `main`. */
export const swept = (at: number, listed: readonly string[] = [], more: More<Sweep> = {}): Sweep => ({
  kind: 'sweep',
  key: keyAt(at),
  location: 'main',
  listed,
  ...more,
});

export const open = (orderId: string, units: number, more: More<Open> = {}): Open => ({
  kind: 'open',
  key: keyAt(2, { source: 'web' }),
  sku: 'MUG',
  channel: 'web',
  orderId,
  line: '1',
  quantity: units * UNIT,
  ...more,
});

export const expected = (documentId: string, units: number, more: More<Expect> = {}): Expect => ({
  kind: 'expect',
  key: keyAt(1, { source: 'erp' }),
  sku: 'MUG',
  documentId,
  location: 'main',
  quantity: units * UNIT,
  expectedAt: 99,
  ...more,
});
