import { neverBack } from './clock.ts';

describe('a clock that never goes back', () => {
  it('goes with the one behind it, forward as far as that, and on from where it was when that is set back', () => {
    const clock = { at: 1_000 };
    const steady = neverBack({ now: () => clock.at });
    const said = [1_000, 1_500, 90_000, 500, 600, 100, 101].map((at) => {
      clock.at = at;
      return steady.now();
    });
    expect(said).toEqual([1_000, 1_500, 90_000, 90_000, 90_100, 90_100, 90_101]);
  });
});
