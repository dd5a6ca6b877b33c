import { type Disposition } from '#inventory';
import { fields } from '#intake';
import { body } from './body.ts';
import { anyAmount, integer } from './body-fields.ts';

/** The bodies of requests that are decided. */

const { disposition, flag, id, lines, optional, quantity, sku, slug, text } = fields;

const RESERVATION_SECONDS_MAX = 14_400;
const seconds = integer('How long the stock is held.', 1, RESERVATION_SECONDS_MAX);

class ReservationLineBody {}
fields.define<ReservationLineTold>(ReservationLineBody, 'A quantity of one item.', {
  sku: sku('The item.'),
  quantity: quantity('positive'),
  location: optional(slug('Take it only from this location; default: any location the channel sells from.')),
});
interface ReservationLineTold {
  readonly sku: string;
  readonly quantity: number;
  readonly location?: string;
}

export interface ReservationTold {
  readonly reservationId: string;
  readonly channel: string;
  readonly lines: readonly ReservationLineTold[];
  readonly expiresInSeconds: number;
  readonly partial?: boolean;
}
class ReservationBody {}
export const RESERVATION_BODY = body<ReservationTold>(
  ReservationBody,
  'Stock to hold for a customer who is about to pay.',
  {
    reservationId: id('Identifies the reservation, across all channels.'),
    channel: slug('The channel of the customer.'),
    lines: lines(ReservationLineBody),
    expiresInSeconds: seconds,
    partial: optional(flag('True holds as much as there is. Default: all or nothing.')),
  },
  {
    reservationId: 'cart-8841',
    channel: 'web',
    lines: [{ sku: 'MUG-RED', quantity: 2 }],
    expiresInSeconds: 900,
  },
);

export interface ConfirmationTold {
  readonly orderId: string;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
}
class ConfirmedLineBody {}
fields.define<NonNullable<ConfirmationTold['lines']>[number]>(ConfirmedLineBody, 'A quantity of one item.', {
  sku: sku('The item.'),
  quantity: quantity('positive'),
});
class ConfirmationBody {}
export const CONFIRMATION_BODY = body<ConfirmationTold>(
  ConfirmationBody,
  'The order that a reservation becomes.',
  {
    orderId: id("The channel's number of the order."),
    lines: optional(lines(ConfirmedLineBody)),
  },
  { orderId: 'A-1001' },
);

export interface ExtensionTold {
  readonly expiresInSeconds: number;
}
class ExtensionBody {}
export const EXTENSION_BODY = body<ExtensionTold>(
  ExtensionBody,
  'How long to hold it, counted from now.',
  { expiresInSeconds: seconds },
  { expiresInSeconds: 600 },
);

export interface AdjustmentTold {
  readonly adjustmentId: string;
  readonly location: string;
  readonly disposition?: Disposition;
  readonly setTo?: number;
  readonly change?: number;
  readonly expectedOnHand?: number;
  readonly reason: string;
  readonly actor: string;
}
class AdjustmentBody {}
export const ADJUSTMENT_BODY = body<AdjustmentTold>(
  AdjustmentBody,
  'A correction of the quantity on hand: to a number (together with the number that was seen), or by a difference.',
  {
    adjustmentId: id('Identifies the adjustment.'),
    location: slug('Where.'),
    disposition: optional(disposition('Condition of the goods; default: sellable.')),
    setTo: optional(quantity('notNegative', 'The right quantity. Send exactly one of setTo and change.')),
    change: optional(quantity('signed', 'How much to add, or take away if negative.')),
    expectedOnHand: optional(anyAmount('The quantity on hand that was seen; required with setTo.')),
    reason: text('Why.'),
    actor: text('Who.'),
  },
  {
    adjustmentId: 'adj-17',
    location: 'leipzig',
    setTo: 12,
    expectedOnHand: 14,
    reason: 'two broken',
    actor: 'Ana',
  },
);

export interface ReallocationTold {
  readonly reallocationId: string;
  readonly channel: string;
  readonly orderId: string;
  readonly line: string;
  readonly from: string;
  readonly to: string;
  readonly quantity: number;
}
class ReallocationBody {}
export const REALLOCATION_BODY = body<ReallocationTold>(
  ReallocationBody,
  'Part of an order line that another location is to ship.',
  {
    reallocationId: id('Identifies the reallocation.'),
    channel: slug('The channel of the order.'),
    orderId: id('The order.'),
    line: id('The line of the order.'),
    from: slug('Where it is committed.'),
    to: slug('Where it should be committed.'),
    quantity: quantity('positive'),
  },
  {
    reallocationId: 'move-3',
    channel: 'web',
    orderId: 'A-1001',
    line: '1',
    from: 'leipzig',
    to: 'shop-floor',
    quantity: 1,
  },
);

export interface ReasonTold {
  readonly reason: string;
}
class ReasonBody {}
export const REASON_BODY = body<ReasonTold>(
  ReasonBody,
  'The reason for a decision.',
  { reason: text('Why.') },
  { reason: 'counted again: it is there' },
);
