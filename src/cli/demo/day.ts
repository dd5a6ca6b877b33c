import type { ExceptionAnswer, ItemAnswer } from './answers.ts';
import { MERCHANT } from './merchant.ts';
import type { Fact, Stage } from './stage.ts';
import { count, number } from '../terminal/words.ts';

/** Builds facts of one day, so that a scene reads as what happens in it. */
type Teller = (source: string, id: string, type: string, at: string, data: object) => Fact;
const tellerOf =
  (day: string): Teller =>
  (source, id, type, at, data) => ({ source, id, type, time: `${day}T${at}:00Z`, data });

const line = (sku: string, quantity: number): object => ({ sku, quantity });
const listed = (listing: string, quantity: number): object => ({ listing, quantity });

/** Plays one day of Rosa's Kitchen. `day` is its date, such as 2026-11-20. */
export async function playDay(stage: Stage, day: string): Promise<void> {
  const fact = tellerOf(day);
  await setUp(stage);
  await delivery(stage, fact);
  await morningOrders(stage, fact);
  await firstSales(stage, fact);
  await parcel(stage, fact);
  await lastLamp(stage, fact);
  await soldTwice(stage, fact);
  await transfer(stage, fact);
  await unknownListing(stage, fact);
  await shelfCount(stage, fact);
  await lateTill(stage, fact);
  await returns(stage, fact);
  await newLamps(stage, fact);
  await networkRepeats(stage);
}

async function setUp(stage: Stage): Promise<void> {
  await stage.scene(
    '07:30',
    'Rosa sets up her shop',
    'Two warehouses and a shop floor; an online shop, a marketplace and a till. Eleven items, one of them a set made of others. ' +
      'Her rules: the marketplace keeps 2 pieces away from itself and never shows more than 25; of the pantry, 1 stays back.',
  );
  await stage.act(async () => {
    for (const { path, body } of MERCHANT) await stage.client.put(path, body);
  });
}

async function delivery(stage: Stage, fact: Teller): Promise<void> {
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
      line('HONEY', 20),
    ]),
    received('GRN-2', 'hamburg', [line('MUG-RED', 10), line('TEA-GREEN', 12.5), line('LAMP-OAK', 1)]),
    received('GRN-3', 'shop', [
      line('MUG-RED', 6),
      line('MUG-BLUE', 4),
      line('TEAPOT', 2),
      line('CANDLE', 12),
      line('HONEY', 6),
    ]),
  );
}

async function morningOrders(stage: Stage, fact: Teller): Promise<void> {
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

async function firstSales(stage: Stage, fact: Teller): Promise<void> {
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

async function parcel(stage: Stage, fact: Teller): Promise<void> {
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

async function lastLamp(stage: Stage, fact: Teller): Promise<void> {
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

async function soldTwice(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '11:20',
    'A lamp that is not there',
    'The marketplace sold a lamp a second before it heard of the 0. That happened, so OnHand takes it down; ' +
      'refusing it would only hide it. It says who competes for what is missing.',
  );
  await stage.tell(
    fact('market', 'm-2', 'order.placed', '11:00', { orderId: 'A-78', lines: [listed('M-1003', 1)] }),
  );
  await showExceptions(stage);
}

async function showExceptions(stage: Stage): Promise<void> {
  const open = await stage.client.all<ExceptionAnswer>('/v1/exceptions?state=open');
  if (open.length === 0) stage.note('open exceptions: none');
  for (const { kind, sku, location, quantity, claims } of open) {
    const who = claims.map(
      (claim) => `${claim.channel ?? '?'} ${claim.orderId ?? ''} (${number(claim.quantity)})`,
    );
    stage.note(
      `open exception: ${kind} of ${number(quantity)} ${sku} in ${location ?? '?'}; claims: ${who.join(', ')}`,
    );
  }
}

async function transfer(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '12:00',
    'Mugs go to the shop',
    'Ten red mugs leave Berlin. Until they arrive, nobody may sell them.',
  );
  const mugs = { transferId: 'TR-1', from: 'berlin', to: 'shop', lines: [line('MUG-RED', 10)] };
  await stage.tell(fact('wms', 'tr-1-out', 'transfer.shipped', '12:00', mugs));
  await stage.scene('13:30', 'They arrive');
  await stage.tell(fact('wms', 'tr-1-in', 'transfer.received', '13:30', mugs));
}

async function unknownListing(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '13:40',
    'A name nobody knows',
    'The marketplace sells "M-1005", which Rosa forgot to map. The line is parked with its own words: nothing is lost.',
  );
  await stage.tell(
    fact('market', 'm-3', 'order.placed', '13:38', { orderId: 'A-79', lines: [listed('M-1005', 3)] }),
  );
  stage.note(
    'Rosa maps it: M-1005 is the bowl. The parked line is released by itself, with its original time.',
  );
  await stage.act(() => stage.client.put('/v1/channels/market/listings/M-1005', { sku: 'BOWL' }));
  const parked = await stage.client.all('/v1/parked');
  stage.note(`still parked: ${count(parked.length, 'line')}`);
}

async function shelfCount(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '15:00',
    'Somebody counts the shelf',
    'The books say 14 red mugs in the shop; there are 13.',
  );
  await stage.tell(
    fact('wms', 'c-1', 'stock.counted', '15:00', {
      documentId: 'C-1',
      location: 'shop',
      lines: [line('MUG-RED', 13)],
    }),
  );
}

async function lateTill(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '15:40',
    'The till was offline',
    'It now tells two sales: a red mug at 14:10, before the count, so whoever counted did not see it any more; ' +
      'and one at 15:20, after it. Only the second changes what is there now.',
  );
  await stage.tell(
    fact('till', 't-3', 'sale.completed', '14:10', {
      saleId: 'T-3',
      location: 'shop',
      lines: [line('MUG-RED', 1)],
    }),
    fact('till', 't-4', 'sale.completed', '15:20', {
      saleId: 'T-4',
      location: 'shop',
      lines: [line('MUG-RED', 1)],
    }),
  );
  const { locations } = await stage.client.get<ItemAnswer>('/v1/items/MUG-RED');
  const shop = locations.find(({ location }) => location === 'shop')?.onHand.sellable;
  stage.note(`red mugs in the shop: ${number(shop ?? NaN)}`);
}

async function returns(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '16:30',
    'Goods come back',
    'A mug of the online order comes back as new and can be sold again. A candle comes back over the counter, broken: ' +
      'it is there, but not for sale.',
  );
  await stage.tell(
    fact('wms', 'r-1', 'order.returned', '16:30', {
      channel: 'web',
      orderId: 'W-1001',
      returnId: 'R-1',
      location: 'berlin',
      lines: [line('MUG-RED', 1)],
    }),
    fact('till', 't-5', 'sale.returned', '16:32', {
      returnId: 'R-2',
      saleId: 'T-1',
      location: 'shop',
      lines: [{ sku: 'CANDLE', quantity: 1, disposition: 'damaged' }],
    }),
  );
}

async function newLamps(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '17:00',
    'New lamps',
    'Three lamps arrive. The order that was one too many can be fulfilled now: the exception closes by itself.',
  );
  await stage.tell(
    fact('wms', 'GRN-4', 'stock.received', '17:00', {
      documentId: 'GRN-4',
      location: 'hamburg',
      lines: [line('LAMP-OAK', 3)],
    }),
  );
  await showExceptions(stage);
}

async function networkRepeats(stage: Stage): Promise<void> {
  await stage.scene(
    '18:00',
    'The network stutters',
    `Everything told today comes once more, in the opposite order: ${count(stage.facts.length, 'message')}.`,
  );
  const again = [...stage.facts].reverse();
  const { counts } = await stage.client.post<{ counts: Record<string, number> }>('/v1/events', again);
  stage.note(`${count(counts.duplicate ?? 0, 'duplicate')}, ${count(counts.accepted ?? 0, 'new message')}.`);
  if (counts.duplicate !== again.length) throw new Error('A repeated message was not recognised.');
  await stage.act(() => Promise.resolve());
}
