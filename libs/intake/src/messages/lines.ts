import type { Identifier, MessageLine, OrderLine, StockMovedData } from '#inventory';
import {
  attributes,
  amount,
  define,
  disposition,
  id,
  object,
  optional,
  quantity,
  sku,
  slug,
} from './field.ts';
import type { Field } from './field.ts';

/** A foreign number of an item, resolved by the catalog. */
export class ItemIdentifier {}
define<Identifier>(ItemIdentifier, 'A foreign number of an item, such as a GTIN.', {
  scheme: id('What kind of number it is: gtin, asin, …'),
  value: id('The number itself, as text: leading zeros count.'),
});

/** What every line has. `line` and `quantity` come first and the item after, as people read it. */
const named = {
  line: optional(id('Names the line in its message; default: its index from "1".')),
  sku: optional(sku('The item, by our own name. Exactly one of sku, listing, identifier.')),
  listing: optional(id('The item, by the name it has on the channel.')),
  identifier: optional(object(ItemIdentifier, 'The item, by a foreign number.')),
  attributes: optional(attributes()),
};

type NamedLine = Omit<MessageLine, 'disposition'>;
const condition = (): Field<true> => optional(disposition('Condition of the goods; default: sellable.'));
const ordered = {
  location: optional(slug('Take it from this location and no other.')),
  price: optional(amount('Price of one, in the currency of the order. Kept, never read.')),
};

export class Line {}
define<NamedLine>(Line, 'So much of one item.', { ...named, quantity: quantity('positive') });

export class PlacedLine {}
define<Omit<OrderLine, 'disposition'>>(PlacedLine, 'One line of an order.', {
  ...named,
  quantity: quantity('positive'),
  ...ordered,
});

export class ChangedLine {}
define<Omit<OrderLine, 'disposition'>>(ChangedLine, 'A line of an order as it is now.', {
  ...named,
  quantity: quantity('notNegative', 'How much the line is for now; 0 removes it.'),
  ...ordered,
});

export class IncomingLine {}
define<MessageLine>(IncomingLine, 'Goods that came in or came back.', {
  ...named,
  quantity: quantity('positive'),
  disposition: condition(),
});

export class ExpectedLine {}
define<NamedLine>(ExpectedLine, 'Goods that are expected.', {
  ...named,
  quantity: quantity('notNegative', 'How much is expected now; 0 cancels it.'),
});

export class AdjustedLine {}
define<MessageLine>(AdjustedLine, 'A correction of one item.', {
  ...named,
  quantity: quantity('signed'),
  disposition: condition(),
});

export class CountedLine {}
define<MessageLine>(CountedLine, 'What was counted of one item.', {
  ...named,
  quantity: quantity('notNegative', 'How much was there.'),
  disposition: condition(),
});

export class MovedLine {}
define<Omit<StockMovedData['lines'][number], 'disposition'>>(MovedLine, 'Goods whose condition changed.', {
  ...named,
  quantity: quantity('positive'),
  from: disposition('Condition before.'),
  to: disposition('Condition now.'),
});
