import { UNIT } from '#kernel';
import type { Message, MessageLine, MessageType } from '#inventory';
import type { SetUp } from './telling.ts';

/** Messages of one document, told by a warehouse that has names of its own for what it ships. */

export const SET_UP: SetUp = {
  items: [
    { sku: 'MUG' },
    { sku: 'CUP' },
    { sku: 'OIL', decimals: 2 },
    {
      sku: 'BOX',
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'CUP', quantity: UNIT },
      ],
    },
    { sku: 'BLEND', decimals: 2, components: [{ sku: 'MUG', quantity: 3 * UNIT }] },
  ],
  listings: [
    { channel: 'wms', listing: 'case', sku: 'MUG', unitsPer: 12 * UNIT },
    { channel: 'wms', listing: 'drop', sku: 'OIL', unitsPer: 0.005 * UNIT },
  ],
  locations: ['main', 'shop', 'closed-attic'],
};

export const line = (
  sku: string,
  units: number,
  more: Partial<MessageLine> & { from?: string; to?: string } = {},
) => ({
  line: '1',
  sku,
  quantity: units * UNIT,
  ...more,
});

/** A message of document `d1`, told by `wms` at time 5. */
export function told(
  type: MessageType,
  data: object,
  more: { id?: string; at?: number; sequence?: number } = {},
): Message {
  const { id = 'm1', at = 5, ...rest } = more;
  const names: Record<string, object> = {
    'sale.completed': { saleId: 'd1', location: 'main' },
    'sale.returned': { returnId: 'd1', location: 'main' },
    'transfer.shipped': { transferId: 'd1' },
    'transfer.received': { transferId: 'd1' },
  };
  const kept = names[type] ?? { documentId: 'd1', location: 'main' };
  return {
    source: 'wms',
    id,
    type,
    occurredAt: at,
    ...rest,
    data: { ...kept, ...data },
  } as unknown as Message;
}
