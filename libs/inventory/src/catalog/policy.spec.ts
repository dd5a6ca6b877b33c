import { UNIT } from '#kernel';
import type { Policy, PolicyFields } from './catalog-types.ts';
import { effectivePolicy, policyDefined, type PolicyInForce, policyTookEffect } from './policy.ts';

const put = (fields: PolicyFields, effectiveAt?: number): Policy => ({
  scope: 'global',
  fields,
  ...(effectiveAt !== undefined && { effectiveAt }),
});
const at = (position: number, recordedAt = position * 10) => ({ position, recordedAt });

describe('a policy', () => {
  it('is in force at once, under the position of its PUT', () => {
    const state = policyDefined(undefined, put({ buffer: UNIT }), at(7));
    expect(state.inForce).toEqual({
      scope: 'global',
      fields: { buffer: UNIT },
      position: 7,
      since: {},
      sameSince: {},
    });
    expect(state.pending).toBeUndefined();
  });

  it('with a time to come waits for it, and the former policy stays in force', () => {
    const before = policyDefined(undefined, put({ buffer: 1 }), at(7));
    const waiting = policyDefined(before, put({ buffer: 2 }, 1_000), at(8));
    expect(waiting.inForce).toEqual(before.inForce);
    expect(waiting.pending).toEqual({
      scope: 'global',
      definedAt: 8,
      fields: { buffer: 2 },
      effectiveAt: 1_000,
    });

    const now = policyTookEffect(waiting, 8, at(9, 1_003));
    expect(now.inForce).toMatchObject({ fields: { buffer: 2 }, position: 9 });
    expect(now.pending).toBeUndefined();
  });

  it('with a time that has passed is in force at once', () => {
    expect(policyDefined(undefined, put({ buffer: 2 }, 50), at(7)).inForce).toMatchObject({ position: 7 });
    expect(policyDefined(undefined, put({ buffer: 2 }, 70), at(7)).inForce).toMatchObject({ position: 7 });
  });

  it('is known as it was told, whether it is in force or waits', () => {
    const waits = put({ buffer: 2 }, 1_000);
    const told = { policy: waits, definedAt: 8, recordedAt: 80 };
    const first = policyDefined(undefined, waits, at(8));
    expect(first).toMatchObject(told);
    expect(policyTookEffect(first, 8, at(9, 1_003))).toMatchObject(told);
    const atOnce = policyDefined(undefined, put({ buffer: 1 }), at(7));
    expect(atOnce).toMatchObject({ policy: put({ buffer: 1 }), definedAt: 7, recordedAt: 70 });
    expect(policyDefined(atOnce, waits, at(8))).toMatchObject(told);
  });

  it('put anew replaces the one that waited, whose time then means nothing', () => {
    const waiting = policyDefined(undefined, put({ buffer: 2 }, 1_000), at(8));
    const replaced = policyDefined(waiting, put({ buffer: 3 }), at(9));
    expect(replaced.pending).toBeUndefined();
    expect(policyTookEffect(replaced, 8, at(10, 1_003))).toBe(replaced);
  });

  describe('with allocations', () => {
    it('counts since it was recorded, as long as the channel gets the same', () => {
      const first = policyDefined(undefined, put({ allocations: { web: 5, pos: 1 } }), at(7));
      expect(first.inForce?.since).toEqual({ web: 70, pos: 70 });
      const second = policyDefined(first, put({ allocations: { web: 5, pos: 2 }, buffer: 1 }), at(8));
      expect(second.inForce?.since).toEqual({ web: 70, pos: 80 });
      const third = policyDefined(second, put({ allocations: { pos: 2 } }), at(9));
      expect(third.inForce?.since).toEqual({ pos: 80 });
      const fourth = policyDefined(third, put({ allocations: { web: 5, pos: 2 } }), at(10));
      expect(fourth.inForce?.since).toEqual({ web: 100, pos: 80 });
    });

    it('counts since its effectiveAt, past or to come, if it has one', () => {
      const past = policyDefined(undefined, put({ allocations: { web: 5 } }, 30), at(7));
      expect(past.inForce?.since).toEqual({ web: 30 });
      const waiting = policyDefined(past, put({ allocations: { web: 5 } }, 1_000), at(8));
      expect(waiting.inForce?.since).toEqual({ web: 30 });
      const inForce = policyTookEffect(waiting, 8, at(9, 1_007));
      expect(inForce.inForce?.since).toEqual({ web: 1_000 });
      const without = policyDefined(inForce, put({ allocations: { web: 5 } }), at(10));
      expect(without.inForce?.since).toEqual({ web: 70 });
    });
  });
});

describe('the policy that applies to a listing', () => {
  const inForce = (scope: string, position: number, fields: PolicyFields): PolicyInForce => ({
    scope,
    fields,
    position,
    since: { web: 1 },
    sameSince: { web: 1 },
  });

  it('is taken field by field from the narrowest scope that sets it; 0 is a value', () => {
    const effective = effectivePolicy([
      inForce('listing:web:A', 5, { buffer: 0 }),
      undefined,
      inForce('channel:web', 4, { buffer: 2, cap: 10 }),
      inForce('global', 3, { buffer: 3, cap: 20, stopAt: 1, allocations: { web: 7 } }),
    ]);
    expect(effective.buffer).toEqual({ value: 0, scope: 'listing:web:A', position: 5 });
    expect(effective.cap).toEqual({ value: 10, scope: 'channel:web', position: 4 });
    expect(effective.stopAt).toEqual({ value: 1, scope: 'global', position: 3 });
    expect(effective.allocations).toEqual({
      value: { web: 7 },
      scope: 'global',
      position: 3,
      since: { web: 1 },
    });
    expect(effective.percent).toBeUndefined();
  });
});
