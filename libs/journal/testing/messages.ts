import { UNIT } from '#kernel';
import type { Message, MessageLine, MessageOf, MessageType } from '#inventory';

export const NOON = Date.parse('2026-03-01T12:00:00Z');

/** A line of `units` units; `item` is a SKU if it is only a name. */
export const line = (item: string | Partial<MessageLine>, units: number, name = '1'): MessageLine => ({
  line: name,
  ...(typeof item === 'string' ? { sku: item } : item),
  quantity: units * UNIT,
});

type Terms = {
  readonly id?: string;
  readonly source?: string;
  readonly at?: number;
  readonly sequence?: number;
};

function message<Type extends MessageType>(type: Type, terms: Terms, data: MessageOf<Type>['data']): Message {
  const { id = `${type}-1`, source = 'pos', at = NOON, sequence } = terms;
  return { source, id, type, occurredAt: at, ...(sequence !== undefined && { sequence }), data } as Message;
}

/** A sale over the counter at `main`; by default of one MUG, told by `pos`. */
export const sale = (saleId: string, terms: Terms = {}, lines = [line('MUG', 1)]): Message =>
  message('sale.completed', { id: saleId, ...terms }, { saleId, location: 'main', lines });

/** A receipt at `main`, told by `wms`. */
export const receipt = (
  documentId: string,
  lines: MessageLine[],
  terms: Terms & { location?: string } = {},
): Message =>
  message(
    'stock.received',
    { id: documentId, source: 'wms', ...terms },
    { documentId, location: terms.location ?? 'main', lines },
  );

/** An order of `web`, placed. */
export const placed = (
  orderId: string,
  lines: MessageLine[],
  terms: Terms & { channel?: string } = {},
): Message =>
  message(
    'order.placed',
    { id: `placed-${orderId}`, source: 'web', ...terms },
    { orderId, ...(terms.channel !== undefined && { channel: terms.channel }), lines },
  );

export const shipped = (
  orderId: string,
  lines: MessageLine[],
  terms: Terms & { channel?: string; location?: string } = {},
): Message =>
  message(
    'order.shipped',
    { id: `shipped-${orderId}`, source: 'wms', ...terms },
    { orderId, channel: terms.channel ?? 'web', shipmentId: 's1', location: terms.location ?? 'main', lines },
  );
