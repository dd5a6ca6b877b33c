import type { Fact, Stage } from '../stage.ts';
import { line, listed, showExceptions, type Teller } from './telling.ts';

export async function delivery(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '08:00',
    'The morning delivery',
    'The warehouses and the shop take in goods. Each channel hears at once what it may sell: the online shop from everywhere, ' +
      'the marketplace from the warehouses, the till from its own shelves. Sets follow from mugs and teapots.',
  );
  const received = (id: string, location: string, lines: object[]): Fact =>
    fact('wms', id, 'stock.received', '08:00', { documentId: id, location, lines });
  await stage.tell(
    received('GRN-1', 'berlin', [
      line('MUG-RED', 40),
      line('MUG-BLUE', 24),
      line('TEAPOT', 12),
      line('PLATE', 60),
      line('BOWL', 30),
      line('CANDLE', 48),
      line('BOARD-OAK', 8),
      line('LAMP-OAK', 1),
      line('HONEY', 20),
    ]),
    received('GRN-2', 'hamburg', [line('MUG-RED', 10), line('TEA-GREEN', 12.5)]),
    received('GRN-3', 'shop', [
      line('MUG-RED', 6),
      line('MUG-BLUE', 4),
      line('TEAPOT', 2),
      line('CANDLE', 12),
      line('HONEY', 6),
    ]),
  );
}

export async function morningOrders(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '09:10',
    'Orders come in',
    'Two red mugs and a teapot online. A breakfast set and two boxes of candles (six in a box) on the marketplace, ' +
      'in its own words: OnHand knows what they mean.',
  );
  await stage.tell(
    fact('web', 'w-1', 'order.placed', '09:08', {
      orderId: 'W-1001',
      lines: [line('MUG-RED', 2), line('TEAPOT', 1)],
    }),
    fact('market', 'm-1', 'order.placed', '09:09', {
      orderId: 'A-77',
      lines: [listed('M-1002', 1), listed('M-1004', 2)],
    }),
  );
}

export async function firstSales(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '09:45',
    'The shop opens',
    'Sold and handed over: the stock is gone the moment the till rings.',
  );
  await stage.tell(
    fact('till', 't-1', 'sale.completed', '09:44', {
      saleId: 'T-1',
      location: 'shop',
      lines: [line('MUG-RED', 2), line('CANDLE', 3)],
    }),
    fact('till', 't-2', 'sale.completed', '09:45', {
      saleId: 'T-2',
      location: 'shop',
      lines: [line('HONEY', 1)],
    }),
  );
}

export async function parcel(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '10:30',
    'The first parcel leaves',
    'The warehouse ships the online order. No channel may sell more or less because of it (the goods were promised already), ' +
      'but the online shop gets its tracking number.',
  );
  await stage.tell(
    fact('wms', 's-1', 'order.shipped', '10:30', {
      channel: 'web',
      orderId: 'W-1001',
      shipmentId: 'S-1',
      location: 'berlin',
      tracking: { carrier: 'DHL', number: '00340434161094042557' },
      lines: [line('MUG-RED', 2), line('TEAPOT', 1)],
    }),
  );
}

export async function lastLamp(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '11:00',
    'The last lamp',
    'One oak lamp is left. A shopper online and a shopper on the marketplace press "buy" in the same instant; ' +
      'both channels ask OnHand to hold it.',
  );
  const ask = (channel: string): Promise<{ status: number; body: { state?: string; code?: string } }> =>
    stage.client.ask('POST', '/v1/reservations', {
      reservationId: `basket-${channel}`,
      channel,
      lines: [line('LAMP-OAK', 1)],
      expiresInSeconds: 600,
    });
  const [web, market] = await stage.act(() => Promise.all([ask('web'), ask('market')]));
  stage.note(
    `online shop: ${web.body.state ?? web.body.code}     marketplace: ${market.body.state ?? market.body.code}`,
  );
  if ([web.status, market.status].sort().join() !== '201,409')
    throw new Error('Not exactly one got the last lamp.');
  const winner = web.status === 201 ? 'web' : 'market';
  stage.note('Exactly one gets it, and pays: the hold becomes an order.');
  await stage.tell(
    fact(winner, 'lamp', 'order.placed', '11:01', {
      orderId: 'LAMP-1',
      reservationId: `basket-${winner}`,
      lines: [line('LAMP-OAK', 1)],
    }),
  );
}

export async function soldTwice(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '11:20',
    'A lamp that is not there',
    'The marketplace sold a lamp a second before it heard of the 0. It happened, so OnHand records it; ' +
      'refusing it would only hide it. It also says which orders compete for what is missing.',
  );
  await stage.tell(
    fact('market', 'm-2', 'order.placed', '11:00', { orderId: 'A-78', lines: [listed('M-1003', 1)] }),
  );
  await showExceptions(stage, 'oversell');
}
