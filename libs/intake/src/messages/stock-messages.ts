import type { DataOf } from '#inventory';
import {
  attributes,
  define,
  flag,
  id,
  instant,
  lines,
  optional,
  runningNumber,
  slug,
  text,
} from './field.ts';
import { AdjustedLine, CountedLine, ExpectedLine, IncomingLine, Line, MovedLine } from './lines.ts';

const free = { attributes: optional(attributes()) };
const document = {
  documentId: id("The sender's own number of the document."),
  location: slug('Where it happened.'),
  ...free,
};
const shop = slug('The shop or other place where it happened.');
const transfer = {
  transferId: id('Names the transfer, for all who tell of it.'),
  from: slug('Where it leaves.'),
  to: slug('Where it arrives.'),
  ...free,
};

export class SaleCompleted {}
define<DataOf['sale.completed']>(SaleCompleted, 'Sold and handed over: stock leaves at once.', {
  saleId: id("The till's own number of the sale."),
  location: shop,
  ...free,
  lines: lines(Line),
});

export class SaleReturned {}
define<DataOf['sale.returned']>(SaleReturned, 'Goods came back over the counter.', {
  returnId: id('Names the return.'),
  location: shop,
  saleId: optional(id('The sale it was, where that is known.')),
  ...free,
  lines: lines(IncomingLine),
});

export class StockReceived {}
define<DataOf['stock.received']>(StockReceived, 'Goods came in.', {
  ...document,
  purchaseOrderId: optional(id('The expectation that it lowers; default: that of its own documentId.')),
  lines: lines(IncomingLine),
});

export class StockExpected {}
define<DataOf['stock.expected']>(StockExpected, 'Goods will come in.', {
  ...document,
  expectedAt: instant('When they are expected, RFC 3339 with an offset.'),
  lines: lines(ExpectedLine),
});

export class StockShipped {}
define<DataOf['stock.shipped']>(StockShipped, 'Goods left, for no order that is known.', {
  ...document,
  lines: lines(Line),
});

export class StockAdjusted {}
define<DataOf['stock.adjusted']>(StockAdjusted, 'The books were wrong by so much.', {
  ...document,
  reason: text('Why.'),
  lines: lines(AdjustedLine),
});

export class StockMoved {}
define<DataOf['stock.moved']>(StockMoved, 'Goods changed their condition.', {
  ...document,
  lines: lines(MovedLine),
});

export class StockCounted {}
define<DataOf['stock.counted']>(StockCounted, 'Somebody counted: that much was there at that time.', {
  ...document,
  lines: lines(CountedLine),
});

export class StockSnapshotTaken {}
define<DataOf['stock.snapshot']>(StockSnapshotTaken, 'The stock that another system has in its books.', {
  ...document,
  asOf: instant('The moment the numbers are of, RFC 3339 with an offset.'),
  watermark: optional(runningNumber('Movements of this source with a greater `sequence` are not in it.')),
  complete: optional(
    flag(
      'Every item that no message of the document lists is 0 there; default: false. Where it is told in several messages, say so in the last.',
    ),
  ),
  lines: lines(CountedLine),
});

export class TransferShipped {}
define<DataOf['transfer.shipped']>(TransferShipped, 'Goods left for another location.', {
  ...transfer,
  lines: lines(Line),
});

export class TransferReceived {}
define<DataOf['transfer.received']>(TransferReceived, 'Goods arrived from another location.', {
  ...transfer,
  lines: lines(Line),
});
