import { count, number } from '../../terminal/words.ts';
import type { ItemAnswer } from '../../show/answers.ts';
import type { Stage } from '../stage.ts';
import { line, listed, showExceptions, type Teller } from './telling.ts';

export async function transfer(stage: Stage, fact: Teller): Promise<void> {
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

export async function unknownListing(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '13:40',
    'A name nobody knows',
    'The marketplace sells "M-1005", which Rosa forgot to map. The line is parked as it came: nothing is lost.',
  );
  await stage.tell(
    fact('market', 'm-3', 'order.placed', '13:38', { orderId: 'A-79', lines: [listed('M-1005', 3)] }),
  );
  stage.note(
    'Rosa maps it: M-1005 is the bowl. The parked line is released automatically, with its original time.',
  );
  await stage.act(async () => {
    await stage.client.put('/v1/channels/market/listings/M-1005', { sku: 'BOWL' });
    await stage.until('The parked line was not released', async () => (await parked(stage)) === 0);
  });
  stage.note(`still parked: ${count(await parked(stage), 'line')}`);
}

const parked = async (stage: Stage): Promise<number> => (await stage.client.all('/v1/parked')).length;

export async function shelfCount(stage: Stage, fact: Teller): Promise<void> {
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

export async function lateTill(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '15:40',
    'The till was offline',
    'Now it reports two sales: a red mug at 14:10, before the count, so it was already gone when the shelf was counted; ' +
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
  const open = await showExceptions(stage, 'late');
  for (const { id } of open) {
    await stage.client.post(`/v1/exceptions/${id}/resolve`, { reason: 'the till was offline, all is well' });
  }
  stage.note('Rosa reads it, knows why, and closes it.');
}

export async function returns(stage: Stage, fact: Teller): Promise<void> {
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

export async function newLamps(stage: Stage, fact: Teller): Promise<void> {
  await stage.scene(
    '17:00',
    'New lamps',
    'Three lamps arrive. The order that was one too many can be fulfilled now: the exception closes automatically.',
  );
  await stage.tell(
    fact('wms', 'GRN-4', 'stock.received', '17:00', {
      documentId: 'GRN-4',
      location: 'berlin',
      lines: [line('LAMP-OAK', 3)],
    }),
  );
  await showExceptions(stage, 'oversell');
}
