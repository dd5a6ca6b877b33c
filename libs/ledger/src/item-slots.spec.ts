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
});
