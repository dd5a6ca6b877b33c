import { UNIT } from '#kernel';
import type { OrderTold } from './order-messages.ts';
import { Telling } from './telling.ts';

export const SET_UP = {
  items: [
    { sku: 'MUG' },
    { sku: 'CUP' },
    { sku: 'TEA' },
    {
      sku: 'BOX',
      components: [
        { sku: 'MUG', quantity: 2 * UNIT },
        { sku: 'TEA', quantity: UNIT },
      ],
    },
  ],
  locations: ['main', 'shop'],
};

export const tellAll = (...messages: OrderTold[]): Telling => {
  const telling = new Telling(SET_UP);
  for (const message of messages) telling.tell(message);
  return telling;
};

/** Lines as `line sku: ordered = open + shipped + cancelled, returned, refunded`. */
export const linesOf = (telling: Telling): string[] =>
  telling.view().lines.map((line) => {
    const [ordered, open, gone, off, back, money] = [
      line.ordered,
      line.open,
      line.shipped,
      line.cancelled,
      line.returned,
      line.refunded,
    ].map((quantity) => quantity / UNIT);
    return `${line.line} ${line.sku}: ${ordered} = ${open} + ${gone} + ${off}, ${back}, ${money}`;
  });
