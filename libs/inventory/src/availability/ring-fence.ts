import type { Instant, Quantity } from '#kernel';
import type { EffectivePolicy } from '../catalog/policy.ts';
import { CUSTOMER } from '../entry.ts';
import type { MovementPosted } from '../item/item-event.ts';

/** Stock set aside for one channel, and what that channel has already had of it. */
export interface RingFence {
  readonly channel: string;
  readonly quantity: Quantity;
  /** What the channel has sold or shipped (by `occurredAt`) counts from this moment on. */
  readonly since: Instant;
  readonly committed: Quantity;
  readonly reserved: Quantity;
  readonly sold: Quantity;
}

/** What is left of a ring-fence. Returns do not refill it. */
export const leftOf = ({ quantity, committed, reserved, sold }: RingFence): Quantity =>
  Math.max(0, quantity - committed - reserved - sold);

/** What one channel cannot have because it is set aside for the others. */
export function ringFencedFrom(channel: string, fences: readonly RingFence[]): Quantity {
  let fenced = 0;
  for (const fence of fences) if (fence.channel !== channel) fenced += leftOf(fence);
  return fenced;
}

/** The channels that an item is set aside for, with how much and since when. */
export function allocationsOf(
  policy: EffectivePolicy,
): readonly { readonly channel: string; readonly quantity: Quantity; readonly since: Instant }[] {
  const { allocations } = policy;
  if (allocations === undefined) return NO_ALLOCATIONS;
  return Object.entries(allocations.value).map(([channel, quantity]) => ({
    channel,
    quantity,
    since: allocations.since[channel] ?? 0,
  }));
}
const NO_ALLOCATIONS: readonly never[] = [];

/** How much of a movement its channel sold: all, if goods left to a customer by a sale or a shipment. */
export const soldIn = ({ to, cause, quantity }: MovementPosted): Quantity =>
  to === CUSTOMER && (cause === 'sale' || cause === 'shipment') ? quantity : 0;
