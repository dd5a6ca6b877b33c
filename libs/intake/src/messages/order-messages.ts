import type { DataOf, Tracking } from '#inventory';
import { amount, attributes, define, id, lines, object, optional, slug, text, webAddress } from './field.ts';
import { ChangedLine, IncomingLine, Line, PlacedLine } from './lines.ts';

const order = {
  orderId: id("The channel's own number of the order."),
  channel: optional(slug('Whose order it is, where somebody else than the channel tells it.')),
  attributes: optional(attributes()),
};
const currency = optional(text('Currency of the money in it, such as EUR. Kept, never read.'));

export class OrderPlaced {}
define<DataOf['order.placed']>(OrderPlaced, 'A customer ordered: each line is committed at a location.', {
  ...order,
  reservationId: optional(id('The reservation that this order confirms.')),
  customerRef: optional(text("The channel's name for the customer. Kept, never read.")),
  currency,
  lines: lines(PlacedLine),
});

export class OrderChanged {}
define<DataOf['order.changed']>(OrderChanged, 'Each line named has this quantity now.', {
  ...order,
  lines: lines(ChangedLine),
});

export class OrderCancelled {}
define<DataOf['order.cancelled']>(OrderCancelled, 'These lines, or without lines all that has not shipped.', {
  ...order,
  lines: optional(lines(Line)),
});

export class OrderTracking {}
define<Tracking>(OrderTracking, 'Where the parcel is.', {
  carrier: optional(text('Who carries it.')),
  number: optional(text("The carrier's number.")),
  url: optional(webAddress('Where to look it up.')),
});

export class OrderShipped {}
define<DataOf['order.shipped']>(OrderShipped, 'Goods left for the customer.', {
  ...order,
  shipmentId: id('Names the shipment.'),
  location: slug('Where they left.'),
  tracking: optional(object(OrderTracking, 'Where the parcel is.')),
  lines: lines(Line),
});

export class OrderReturned {}
define<DataOf['order.returned']>(OrderReturned, 'Goods of an order came back.', {
  ...order,
  returnId: id('Names the return.'),
  location: slug('Where they came back.'),
  lines: lines(IncomingLine),
});

export class OrderRefunded {}
define<DataOf['order.refunded']>(OrderRefunded, 'Money went back: no stock moves.', {
  ...order,
  refundId: id('Names the refund.'),
  amount: optional(amount('How much money. Kept, never read.')),
  currency,
  lines: optional(lines(Line)),
});
