import { UNIT } from '#kernel';
import type { HoldEnd } from '../entry.ts';
import { emptyItem } from './item-state.ts';
import type { EndHold, ItemEntry, Post } from './item-command.ts';
import { isNothingForSure } from './nothing-for-sure.ts';

const HELD_AT = 40;
const before = { ...emptyItem(), position: HELD_AT - 1 };
const since = { ...emptyItem(), position: HELD_AT };

const key = { at: 0, source: 'web', id: 'r-1', document: 'r-1' };
const end = (how: HoldEnd['end']): HoldEnd => ({
  ...{ kind: 'hold', sku: 'MUG', key, reservationId: 'r-1', request: 0, end: how, heldAt: HELD_AT },
});
const post = (...entries: ItemEntry[]): Post => ({
  ...{ type: 'post', journal: 50, recordedAt: 0, cause: 'reservation', entries },
});
const endHold = (how: EndHold['end'], heldAt?: number): EndHold => ({
  ...{ type: 'end-hold', reservationId: 'r-1', end: how, heldAt },
});

describe('a command that changes nothing', () => {
  it('is one that was posted', () => {
    expect(isNothingForSure(post(end('confirmed')), { ...before, postedThrough: 50 })).toBe(true);
    expect(isNothingForSure(post(end('confirmed')), { ...before, postedThrough: 49 })).toBe(false);
  });

  it('is the end of a hold that was in the books, and is gone', () => {
    for (const how of ['released', 'expired'] as const) {
      expect(isNothingForSure(endHold(how, HELD_AT), since)).toBe(true);
      expect(isNothingForSure(post(end(how)), since)).toBe(true);
    }
    expect(isNothingForSure({ type: 'end-overdue', heldAt: HELD_AT }, since)).toBe(true);
  });

  it('may change something after all, if the hold may have been made meanwhile', () => {
    expect(isNothingForSure(endHold('expired', HELD_AT), before)).toBe(false);
    expect(isNothingForSure(endHold('expired'), since)).toBe(false);
    expect(isNothingForSure(post(end('released')), before)).toBe(false);
    expect(isNothingForSure({ type: 'end-overdue', heldAt: HELD_AT }, before)).toBe(false);
    expect(isNothingForSure({ type: 'end-overdue' }, since)).toBe(false);
  });

  it('may change something after all, if it does more than end a hold', () => {
    expect(isNothingForSure(endHold('extended', HELD_AT), since)).toBe(false);
    expect(isNothingForSure(post(end('expired'), end('confirmed')), since)).toBe(false);
    expect(isNothingForSure({ type: 'trim-hold', reservationId: 'r-1', quantity: UNIT }, since)).toBe(false);
  });
});
