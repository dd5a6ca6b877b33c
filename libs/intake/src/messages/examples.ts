import type { MessageType } from '#inventory';

/** The `data` of one good message of each type, for documents, and for tests. */
const DATA: Readonly<Record<MessageType, object>> = {
  'order.placed': {
    orderId: '1001',
    customerRef: 'c-77',
    currency: 'EUR',
    lines: [
      { line: '1', sku: 'MUG-RED', quantity: 2, price: 12.5 },
      { line: '2', listing: 'mug-blue', quantity: 1, location: 'lager-ost', attributes: { gift: 'yes' } },
    ],
  },
  'order.changed': { orderId: '1001', lines: [{ line: '1', sku: 'MUG-RED', quantity: 1 }] },
  'order.cancelled': { orderId: '1001', lines: [{ line: '2', listing: 'mug-blue', quantity: 1 }] },
  'order.shipped': {
    orderId: '1001',
    channel: 'web',
    shipmentId: 's-1',
    location: 'lager-ost',
    tracking: { carrier: 'DHL', number: '00340434161094042557', url: 'https://example.com/t/0034' },
    lines: [{ line: '1', sku: 'MUG-RED', quantity: 1 }],
  },
  'order.returned': {
    orderId: '1001',
    returnId: 'r-1',
    location: 'lager-ost',
    lines: [{ sku: 'MUG-RED', quantity: 1, disposition: 'inspection' }],
  },
  'order.refunded': { orderId: '1001', refundId: 'f-1', amount: 12.5, currency: 'EUR' },
  'sale.completed': { saleId: 'till-3/8841', location: 'shop', lines: [{ sku: 'TEA', quantity: 0.25 }] },
  'sale.returned': {
    returnId: 'till-3/8842',
    location: 'shop',
    saleId: 'till-3/8841',
    lines: [{ sku: 'TEA', quantity: 0.25, disposition: 'damaged' }],
  },
  'stock.received': {
    documentId: 'gr-500',
    location: 'lager-ost',
    purchaseOrderId: 'po-88',
    lines: [{ identifier: { scheme: 'gtin', value: '04006381333931' }, quantity: 48 }],
  },
  'stock.expected': {
    documentId: 'po-88',
    location: 'lager-ost',
    expectedAt: '2026-12-01T08:00:00+01:00',
    lines: [{ sku: 'MUG-RED', quantity: 48 }],
  },
  'stock.shipped': { documentId: 'gi-7', location: 'lager-ost', lines: [{ sku: 'MUG-RED', quantity: 3 }] },
  'stock.adjusted': {
    documentId: 'adj-9',
    location: 'shop',
    reason: 'broken in the window',
    lines: [{ sku: 'MUG-RED', quantity: -1 }],
  },
  'stock.moved': {
    documentId: 'mv-2',
    location: 'lager-ost',
    lines: [{ sku: 'MUG-RED', quantity: 1, from: 'inspection', to: 'sellable' }],
  },
  'stock.counted': { documentId: 'cnt-4', location: 'shop', lines: [{ sku: 'MUG-RED', quantity: 0 }] },
  'stock.snapshot': {
    documentId: 'snap-20',
    location: 'lager-ost',
    asOf: '2026-11-20T03:00:00Z',
    watermark: 42_000,
    complete: true,
    lines: [{ sku: 'MUG-RED', quantity: 46 }],
  },
  'transfer.shipped': {
    transferId: 't-3',
    from: 'lager-ost',
    to: 'shop',
    lines: [{ sku: 'MUG-RED', quantity: 6 }],
  },
  'transfer.received': {
    transferId: 't-3',
    from: 'lager-ost',
    to: 'shop',
    lines: [{ sku: 'MUG-RED', quantity: 6 }],
  },
};

/** One good message of a type, as it is told. */
export const messageExample = (type: MessageType): Record<string, unknown> => ({
  specversion: '1.0',
  id: `example-${type}`,
  source: type.startsWith('order.') ? 'web' : 'lager-ost',
  type,
  time: '2026-11-20T10:15:30.123Z',
  data: structuredClone(DATA[type]),
});
