import { withStore } from '../testing/store.ts';
import { OwnOffsets } from './own-offsets.ts';

const PLACE = { topic: 'onhand.events', partition: 3 };

describe('our own table of offsets', () => {
  it('knows nothing of a partition that was never read', () =>
    withStore(async (store) => {
      expect(await new OwnOffsets(store, 'g').read(PLACE)).toBeUndefined();
    }));

  it.each([1, 2, 3, 4, 7, 8, 9, 100])('finds the last of %d entries', (count) =>
    withStore(async (store) => {
      const writer = new OwnOffsets(store, 'g');
      for (let next = 1; next <= count; next++) await writer.write(PLACE, next * 10);
      expect((await new OwnOffsets(store, 'g').read(PLACE))?.next).toBe(count * 10);
    }),
  );

  it('keeps the newest time of the records before an offset, if it was seen', () =>
    withStore(async (store) => {
      const table = new OwnOffsets(store, 'g');
      await table.write(PLACE, 1);
      expect(await table.read(PLACE)).not.toHaveProperty('newestAt');
      await table.write(PLACE, 2, 1_795_324_617_597);
      expect(await table.read(PLACE)).toMatchObject({ next: 2, newestAt: 1_795_324_617_597 });
    }));

  it('keeps groups and partitions apart', () =>
    withStore(async (store) => {
      await new OwnOffsets(store, 'g').write(PLACE, 1);
      expect(await new OwnOffsets(store, 'g:2').read(PLACE)).toBeUndefined();
      expect(await new OwnOffsets(store, 'g').read({ ...PLACE, partition: 4 })).toBeUndefined();
    }));

  it('is not overwritten where another process has written since: the partition is that one’s', () =>
    withStore(async (store) => {
      const [before, after] = [new OwnOffsets(store, 'g'), new OwnOffsets(store, 'g')];
      await before.write(PLACE, 10);
      await after.read(PLACE);
      await after.write(PLACE, 500);
      await before.write(PLACE, 20);
      expect((await new OwnOffsets(store, 'g').read(PLACE))?.next).toBe(500);
      await before.write(PLACE, 510); // Who goes on nevertheless has it.
      expect((await new OwnOffsets(store, 'g').read(PLACE))?.next).toBe(510);
    }));
});
