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
  transferId: id('Identifies the transfer, in the messages of all sources.'),
  from: slug('The location the goods leave.'),
  to: slug('The location the goods go to.'),
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
  returnId: id('Identifies the return.'),
  location: shop,
  saleId: optional(id('The sale it belongs to, if known.')),
  ...free,
  lines: lines(IncomingLine),
});

export class StockReceived {}
define<DataOf['stock.received']>(StockReceived, 'Goods came in.', {
  ...document,
  purchaseOrderId: optional(
    id('The documentId of the stock.expected that it fulfils; default: its own documentId.'),
  ),
  lines: lines(IncomingLine),
});

export class StockExpected {}
define<DataOf['stock.expected']>(StockExpected, 'Goods will come in.', {
  ...document,
  expectedAt: instant('When they are expected, RFC 3339 with an offset.'),
  lines: lines(ExpectedLine),
});

export class StockShipped {}
define<DataOf['stock.shipped']>(StockShipped, 'Goods left, without a known order.', {
  ...document,
  lines: lines(Line),
});

export class StockAdjusted {}
define<DataOf['stock.adjusted']>(StockAdjusted, 'The books were wrong by this much.', {
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
define<DataOf['stock.counted']>(StockCounted, 'A count: this much was there at that time.', {
  ...document,
  lines: lines(CountedLine),
});

export class StockSnapshotTaken {}
define<DataOf['stock.snapshot']>(StockSnapshotTaken, 'The stock according to another system.', {
  ...document,
  asOf: instant('The time of the numbers: RFC 3339 with an offset.'),
  watermark: optional(runningNumber('The last `sequence` of this source that the numbers include.')),
  complete: optional(
    flag(
      'True if every item that the document does not list is 0 there; default: false. If the document is sent in several messages, set it in the last one.',
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
