import {
  type EffectivePolicy,
  effectivePolicy,
  type PendingPolicy,
  type Policy,
  policyDefined,
  type PolicyInForce,
  type PolicyScope,
  type PolicyState,
  policyTookEffect,
} from '#inventory';
import type { RecordedEvent } from '#event-store';
import type { ReadModel } from '#read-model';
import { MirroredShelf } from './mirrored-shelf.ts';
import type { SetupEntry } from './setup-entry.ts';

/** Which policy applies to what: the book itself, or what it would say if policies were put (`supposing`). */
export interface Policies {
  policyOf(scope: PolicyScope): PolicyInForce | undefined;
  /**
   * The policy that applies to one listing of an item in a channel; without `listing`, to the item itself there.
   * Unless this very item or listing has a policy, it is the same object each time as long as no policy changes.
   */
  policyFields(
    channel: string,
    listing: string | undefined,
    item: { readonly sku: string; readonly category?: string },
  ): EffectivePolicy;
}

/** What was in force in a scope, and what is now. */
interface PolicyChange {
  readonly before: PolicyInForce | undefined;
  readonly after: PolicyInForce | undefined;
}

type PolicyRow = PolicyState & { readonly revision: number };

/**
 * Every scope's policy, in memory, for they are needed for every number. There may be one for each item and each
 * listing, so the cost of changing one does not depend on how many there are.
 */
export class PolicyBook implements Policies {
  readonly #rows: MirroredShelf<PolicyRow>;
  /** Both are made at their first use, and kept up to date from then on. */
  #lookup: PolicyLookup | undefined;
  #waiting: Map<PolicyScope, PendingPolicy> | undefined;

  constructor(readModel: ReadModel) {
    this.#rows = new MirroredShelf<PolicyRow>(readModel, { name: 'catalog-policies', version: 2 });
  }

  policyOf(scope: PolicyScope): PolicyInForce | undefined {
    return this.#rows.get(scope)?.inForce;
  }

  policyFields(
    channel: string,
    listing: string | undefined,
    item: { readonly sku: string; readonly category?: string },
  ): EffectivePolicy {
    return this.#allInForce().policyFields(channel, listing, item);
  }

  /** By `effectiveAt`, the next first. */
  pending(): readonly PendingPolicy[] {
    this.#waiting ??= new Map(this.#pending().map((pending) => [pending.scope, pending]));
    return [...this.#waiting.values()].sort((a, b) => a.effectiveAt - b.effectiveAt);
  }

  entry(scope: PolicyScope): SetupEntry<Policy> | undefined {
    const row = this.#rows.get(scope);
    return row && entryOf(row);
  }

  entries(page: { after?: string; limit: number }): readonly SetupEntry<Policy>[] {
    return this.#rows.page(page).map(entryOf);
  }

  define(policy: Policy, event: RecordedEvent): PolicyChange {
    const state = this.#rows.get(policy.scope);
    return this.#put(policy.scope, policyDefined(state, policy, event), event.revision);
  }

  takeEffect(scope: PolicyScope, definedAt: number, event: RecordedEvent): PolicyChange {
    const state = this.#rows.get(scope);
    if (state === undefined) return { before: undefined, after: undefined };
    return this.#put(scope, policyTookEffect(state, definedAt, event), event.revision);
  }

  /** The policies as they would apply if these were put now and in force: for a preview. It costs nothing for all others. */
  supposing(policies: readonly Policy[], now: { position: number; recordedAt: number }): Policies {
    const states = new Map<string, PolicyState>();
    for (const policy of policies) {
      const before = states.get(policy.scope) ?? this.#rows.get(policy.scope);
      const defined = policyDefined(before, policy, now);
      states.set(policy.scope, policyTookEffect(defined, now.position, now));
    }
    const inForce = [...states.values()].flatMap((state) => state.inForce ?? []);
    return new PolicyLookup(inForce, this.#allInForce());
  }

  #allInForce(): PolicyLookup {
    this.#lookup ??= new PolicyLookup(this.#inForce());
    return this.#lookup;
  }

  #put(scope: PolicyScope, state: PolicyState, revision: number): PolicyChange {
    const before = this.policyOf(scope);
    this.#rows.put(scope, { ...state, revision });
    const { inForce, pending } = state;
    if (inForce !== undefined && inForce !== before) this.#lookup?.put(inForce);
    if (pending !== undefined) this.#waiting?.set(scope, pending);
    else this.#waiting?.delete(scope);
    return { before, after: inForce };
  }

  #inForce(): readonly PolicyInForce[] {
    return [...this.#rows.values()].flatMap((row) => row.inForce ?? []);
  }

  #pending(): readonly PendingPolicy[] {
    return [...this.#rows.values()].flatMap((row) => row.pending ?? []);
  }
}

const entryOf = (row: PolicyRow): SetupEntry<Policy> => ({
  resource: row.policy,
  position: row.definedAt,
  recordedAt: row.recordedAt,
  revision: row.revision,
});

/** Merges the policies of scopes, and keeps the combinations that are asked for again and again. */
class PolicyLookup implements Policies {
  readonly #byScope = new Map<PolicyScope, PolicyInForce>();
  #anyOfItems = false;
  #anyOfListings = false;
  /** By channel, for items without a category, or of one that has no policy of its own. */
  readonly #common = new Map<string, EffectivePolicy>();
  /** By category, then by channel. */
  readonly #merged = new Map<string, Map<string, EffectivePolicy>>();
  readonly #others: PolicyLookup | undefined;
  /** How often what is kept became invalid here, and among the others when this last looked. */
  #changes = 0;
  #othersChanges = 0;

  /** `others`: the policies of all scopes that have none in `inForce`. They may change on. */
  constructor(inForce: readonly PolicyInForce[], others?: PolicyLookup) {
    this.#others = others;
    for (const policy of inForce) this.put(policy);
  }

  /** What is kept contains no policies of single items or listings: such a policy leaves it valid. */
  put(policy: PolicyInForce): void {
    const { scope } = policy;
    this.#byScope.set(scope, policy);
    if (scope.startsWith('item:')) this.#anyOfItems = true;
    else if (scope.startsWith('listing:')) this.#anyOfListings = true;
    else this.#forgetKept();
  }

  policyOf(scope: PolicyScope): PolicyInForce | undefined {
    return this.#byScope.get(scope) ?? this.#others?.policyOf(scope);
  }

  policyFields(
    channel: string,
    listing: string | undefined,
    { sku, category }: { readonly sku: string; readonly category?: string },
  ): EffectivePolicy {
    const ofItem = this.#isAnyOfItems ? this.policyOf(`item:${sku}`) : undefined;
    const ofListing =
      this.#isAnyOfListings && listing !== undefined
        ? this.policyOf(`listing:${channel}:${listing}`)
        : undefined;
    if (ofItem === undefined && ofListing === undefined) return this.#shared(channel, category);
    return effectivePolicy([ofListing, ofItem, ...this.#wide(channel, category ?? '')]);
  }

  get #isAnyOfItems(): boolean {
    return this.#anyOfItems || (this.#others !== undefined && this.#others.#isAnyOfItems);
  }

  get #isAnyOfListings(): boolean {
    return this.#anyOfListings || (this.#others !== undefined && this.#others.#isAnyOfListings);
  }

  #forgetKept(): void {
    this.#common.clear();
    this.#merged.clear();
    this.#changes++;
  }

  #shared(channel: string, category: string | undefined): EffectivePolicy {
    if (this.#others !== undefined && this.#others.#changes !== this.#othersChanges) {
      this.#othersChanges = this.#others.#changes;
      this.#forgetKept();
    }
    const merged = category === undefined ? this.#common : (this.#ofCategory(category) ?? this.#common);
    const known = merged.get(channel);
    if (known !== undefined) return known;
    const policy = effectivePolicy(this.#wide(channel, merged === this.#common ? '' : category!));
    merged.set(channel, policy);
    return policy;
  }

  #ofCategory(category: string): Map<string, EffectivePolicy> | undefined {
    if (this.policyOf(`category:${category}`) === undefined) return undefined;
    const known = this.#merged.get(category);
    if (known !== undefined) return known;
    const merged = new Map<string, EffectivePolicy>();
    this.#merged.set(category, merged);
    return merged;
  }

  #wide(channel: string, category: string): readonly (PolicyInForce | undefined)[] {
    return [
      category === '' ? undefined : this.policyOf(`category:${category}`),
      this.policyOf(`channel:${channel}`),
      this.policyOf('global'),
    ];
  }
}
