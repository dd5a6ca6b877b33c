import { ItemSlots } from './item-slots.ts';

describe('the items on the desk', () => {
  const slots = (): ItemSlots => new ItemSlots(4, 256);

  it('have one slot each, however long they are worked on and however many others come meanwhile', () => {
    const desk = slots();
    const busy = desk.of('MUG');
    busy.isBusy = true;
    for (let number = 0; number < 50; number++) expect(desk.of(`other-${number}`)).not.toBe(busy);
    expect(desk.of('MUG')).toBe(busy);
  });

  it('are forgotten if they are not used, and kept if they are', () => {
    const desk = slots();
    const [mug, cup] = [desk.of('MUG'), desk.of('CUP')];
    for (let number = 0; number < 50; number++) {
      desk.of(`other-${number}`);
      expect(desk.of('CUP')).toBe(cup);
    }
    expect(desk.of('MUG')).not.toBe(mug);
  });

  it('are not all walked through for each new one, however many are being worked on', () => {
    const [desk, items] = [slots(), 10_000];
    let looks = 0;
    const isBusy = { get: () => ++looks > 0 };
    for (let number = 0; number < items; number++)
      Object.defineProperty(desk.of(`item-${number}`), 'isBusy', isBusy);
    expect(looks).toBeLessThan(4 * items);
  });
});
