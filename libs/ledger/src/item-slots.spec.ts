import { ItemSlots } from './item-slots.ts';

describe('the items on the desk', () => {
  const slots = (): ItemSlots => new ItemSlots(4, 256);

  it('have one slot each, however long they are worked on and whatever comes meanwhile', () => {
    const desk = slots();
    const busy = desk.of('MUG');
    busy.isBusy = true;
    for (let number = 0; number < 50; number++) expect(desk.of(`other-${number}`)).not.toBe(busy);
    expect(desk.of('MUG')).toBe(busy);
  });

  it('are forgotten when nobody asks for them, and kept where somebody does', () => {
    const desk = slots();
    const [mug, cup] = [desk.of('MUG'), desk.of('CUP')];
    for (let number = 0; number < 50; number++) {
      desk.of(`other-${number}`);
      expect(desk.of('CUP')).toBe(cup);
    }
    expect(desk.of('MUG')).not.toBe(mug);
  });

  it('are not gone over again for each one that comes, however many of them are at work', () => {
    const [desk, items] = [slots(), 10_000];
    let looks = 0;
    const isBusy = { get: () => ++looks > 0 };
    for (let number = 0; number < items; number++)
      Object.defineProperty(desk.of(`item-${number}`), 'isBusy', isBusy);
    expect(looks).toBeLessThan(4 * items);
  });
});
