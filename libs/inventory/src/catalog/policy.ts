import type { Instant, Quantity } from '#kernel';
import type { Policy, PolicyFields, PolicyScope } from './catalog-types.ts';

/** All that is known of one scope's policy: what was last put, what is in force, what waits for its time. */
export interface PolicyState {
  readonly policy: Policy;
  /** Position of the PolicyDefined that put it. */
  readonly definedAt: number;
  readonly recordedAt: Instant;
  readonly inForce?: PolicyInForce;
  readonly pending?: PendingPolicy;
}

/** What applies now in one scope. */
export interface PolicyInForce {
  readonly scope: PolicyScope;
  readonly fields: PolicyFields;
  /** The version: position of the PolicyDefined or PolicyTookEffect that brought it. */
  readonly position: number;
  /** By channel, since when what it sells counts against its allocation. */
  readonly since: Readonly<Record<string, Instant>>;
  /** By channel, when the PUT was recorded since which its allocation has been the same. */
  readonly sameSince: Readonly<Record<string, Instant>>;
}

export interface PendingPolicy {
  readonly scope: PolicyScope;
  readonly definedAt: number;
  readonly fields: PolicyFields;
  readonly effectiveAt: Instant;
}

interface At {
  readonly position: number;
  readonly recordedAt: Instant;
}

/**
 * A PUT replaces what was put before, even if that was still pending. If its `effectiveAt` was yet to come when it was
 * recorded, the former policy stays in force until PolicyTookEffect.
 */
export function policyDefined(before: PolicyState | undefined, policy: Policy, at: At): PolicyState {
  const { scope, fields, effectiveAt } = policy;
  const state = { policy, definedAt: at.position, recordedAt: at.recordedAt };
  if (effectiveAt !== undefined && effectiveAt > at.recordedAt) {
    const pending = { scope, definedAt: at.position, fields, effectiveAt };
    return before?.inForce === undefined
      ? { ...state, pending }
      : { ...state, inForce: before.inForce, pending };
  }
  const counting = countingOf(fields, effectiveAt, { former: before?.inForce, putAt: at.recordedAt });
  return { ...state, inForce: { scope, fields, position: at.position, ...counting } };
}

/** The pending policy, unless it has been replaced meanwhile, is in force, with the position of this event. */
export function policyTookEffect(state: PolicyState, definedAt: number, { position }: At): PolicyState {
  const { pending, ...rest } = state;
  if (pending?.definedAt !== definedAt) return state;
  const { scope, fields, effectiveAt } = pending;
  const counting = countingOf(fields, effectiveAt, { former: rest.inForce, putAt: rest.recordedAt });
  return { ...rest, inForce: { scope, fields, position, ...counting } };
}

/** Allocations count from `effectiveAt` on; without one, an allocation that stays the same goes on counting. */
function countingOf(
  fields: PolicyFields,
  effectiveAt: Instant | undefined,
  { former, putAt }: { readonly former: PolicyInForce | undefined; readonly putAt: Instant },
): Pick<PolicyInForce, 'since' | 'sameSince'> {
  const since: Record<string, Instant> = {};
  const sameSince: Record<string, Instant> = {};
  for (const [channel, quantity] of Object.entries(fields.allocations ?? {})) {
    const isSame = former?.fields.allocations?.[channel] === quantity;
    const told = (isSame && former.sameSince[channel]) || putAt;
    sameSince[channel] = told;
    since[channel] = effectiveAt ?? told;
  }
  return { since, sameSince };
}

/** One field's value with where it comes from. */
interface Rule<Value> {
  readonly value: Value;
  readonly scope: PolicyScope;
  readonly position: number;
}

/** What applies to one listing: each field from the narrowest scope that sets it. */
export interface EffectivePolicy {
  readonly safetyStock: Rule<Quantity> | undefined;
  readonly locationSafetyStock: Rule<Readonly<Record<string, Quantity>>> | undefined;
  readonly buffer: Rule<Quantity> | undefined;
  readonly percent: Rule<Quantity> | undefined;
  readonly cap: Rule<Quantity> | undefined;
  readonly stopAt: Rule<Quantity> | undefined;
  readonly allocations: AllocationRule | undefined;
}

interface AllocationRule extends Rule<Readonly<Record<string, Quantity>>> {
  readonly since: Readonly<Record<string, Instant>>;
}

/** Merges the policies in force, which are given from the narrowest scope to the widest. */
export function effectivePolicy(narrowestFirst: readonly (PolicyInForce | undefined)[]): EffectivePolicy {
  const inForce = narrowestFirst.filter((policy) => policy !== undefined);
  return {
    safetyStock: ruleOf(inForce, 'safetyStock'),
    locationSafetyStock: ruleOf(inForce, 'locationSafetyStock'),
    buffer: ruleOf(inForce, 'buffer'),
    percent: ruleOf(inForce, 'percent'),
    cap: ruleOf(inForce, 'cap'),
    stopAt: ruleOf(inForce, 'stopAt'),
    allocations: allocationsOf(inForce),
  };
}

function ruleOf<Field extends keyof PolicyFields>(
  inForce: readonly PolicyInForce[],
  field: Field,
): Rule<NonNullable<PolicyFields[Field]>> | undefined {
  for (const { fields, scope, position } of inForce) {
    const value = fields[field];
    if (value !== undefined) return { value, scope, position };
  }
  return undefined;
}

function allocationsOf(inForce: readonly PolicyInForce[]): AllocationRule | undefined {
  for (const { fields, scope, position, since } of inForce) {
    if (fields.allocations !== undefined) return { value: fields.allocations, scope, position, since };
  }
  return undefined;
}
