import type { DataOf, Tracking } from '#inventory';
import { amount, attributes, define, id, lines, object, optional, slug, text, webAddress } from './field.ts';
import { ChangedLine, IncomingLine, Line, PlacedLine } from './lines.ts';

const order = {
  orderId: id("The channel's own number of the order."),
  channel: optional(slug('The channel of the order, if another source sends the message.')),
  attributes: optional(attributes()),
};
const currency = optional(text('Currency of its amounts, such as EUR. Kept but never interpreted.'));

export class OrderPlaced {}
define<DataOf['order.placed']>(OrderPlaced, 'A customer ordered: each line is committed at a location.', {
  ...order,
  reservationId: optional(id('The reservation that this order confirms.')),
  customerRef: optional(text("The channel's reference for the customer. Kept but never interpreted.")),
  currency,
  lines: lines(PlacedLine),
});

export class OrderChanged {}
define<DataOf['order.changed']>(OrderChanged, 'Each line listed has this quantity from now on.', {
  ...order,
  lines: lines(ChangedLine),
});

export class OrderCancelled {}
define<DataOf['order.cancelled']>(
  OrderCancelled,
  'Cancels these lines or, without lines, everything that has not shipped.',
  {
    ...order,
    lines: optional(lines(Line)),
  },
);

class OrderTracking {}
define<Tracking>(OrderTracking, 'Where the parcel is.', {
  carrier: optional(text('Who carries it.')),
  number: optional(text("The carrier's number.")),
  url: optional(webAddress('Where to look it up.')),
});

export class OrderShipped {}
define<DataOf['order.shipped']>(OrderShipped, 'Goods left for the customer.', {
  ...order,
  shipmentId: id('Identifies the shipment.'),
  location: slug('The location they left.'),
  tracking: optional(object(OrderTracking, 'Where the parcel is.')),
  lines: lines(Line),
});

export class OrderReturned {}
define<DataOf['order.returned']>(OrderReturned, 'Goods of an order came back.', {
  ...order,
  returnId: id('Identifies the return.'),
  location: slug('The location they came back to.'),
  lines: lines(IncomingLine),
});

export class OrderRefunded {}
define<DataOf['order.refunded']>(OrderRefunded, 'Money was refunded: no stock moves.', {
  ...order,
  refundId: id('Identifies the refund.'),
  amount: optional(amount('The amount refunded. Kept but never interpreted.')),
  currency,
  lines: optional(lines(Line)),
});
