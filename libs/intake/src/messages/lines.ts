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
class ItemIdentifier {}
define<Identifier>(ItemIdentifier, 'An external number of an item, such as a GTIN.', {
  scheme: id('What kind of number it is: gtin, asin, …'),
  value: id('The number itself, as text: leading zeros count.'),
});

/** What every line has. `line` and `quantity` come first and the item after, as people read it. */
const named = {
  line: optional(id('Identifies the line in its message; default: its index, counted from "1".')),
  sku: optional(sku('The item, by its SKU. Send exactly one of sku, listing and identifier.')),
  listing: optional(id('The item, by its name on the channel.')),
  identifier: optional(object(ItemIdentifier, 'The item, by an external number.')),
  attributes: optional(attributes()),
};

type NamedLine = Omit<MessageLine, 'disposition'>;
const condition = (): Field<true> => optional(disposition('Condition of the goods; default: sellable.'));
const ordered = {
  location: optional(slug('The only location to take it from.')),
  price: optional(amount('Price of one unit, in the currency of the order. Kept but never interpreted.')),
};

export class Line {}
define<NamedLine>(Line, 'A quantity of one item.', { ...named, quantity: quantity('positive') });

export class PlacedLine {}
define<Omit<OrderLine, 'disposition'>>(PlacedLine, 'One line of an order.', {
  ...named,
  quantity: quantity('positive'),
  ...ordered,
});

export class ChangedLine {}
define<Omit<OrderLine, 'disposition'>>(ChangedLine, 'A line of an order as it is now.', {
  ...named,
  quantity: quantity('notNegative', 'The new quantity of the line; 0 removes it.'),
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
  quantity: quantity('notNegative', 'The new expected quantity; 0 cancels it.'),
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
  quantity: quantity('notNegative', 'The quantity that was counted.'),
  disposition: condition(),
});

export class MovedLine {}
define<Omit<StockMovedData['lines'][number], 'disposition'>>(MovedLine, 'Goods whose condition changed.', {
  ...named,
  quantity: quantity('positive'),
  from: disposition('Condition before.'),
  to: disposition('Condition now.'),
});
