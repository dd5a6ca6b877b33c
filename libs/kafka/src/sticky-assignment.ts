/** A process that shares in the shards. */
export interface Sharer {
  readonly id: string;
  /** The shards that it says it has. */
  readonly had: readonly number[];
  /** When it was given them: if two claim the same shard, the later one is right. */
  readonly since: number;
}

/**
 * Divides the shards 0 … count − 1 evenly, and moves as few of them as possible. The result does not depend on the order
 * of the sharers.
 */
export function assignSticky(
  count: number,
  sharers: readonly Sharer[],
): ReadonlyMap<string, readonly number[]> {
  const kept = keptBy(count, sharers);
  // If the shards do not divide evenly, those that have most keep one more than the others.
  const ordered = [...kept].sort(
    ([a, ofA], [b, ofB]) => ofB.length - ofA.length || (a < b ? -1 : Number(a > b)),
  );
  const least = Math.floor(count / sharers.length);
  const withMore = count % sharers.length;
  const given = new Map<string, number[]>();
  const free = new Set(Array.from({ length: count }, (_, shard) => shard));
  const quota = (index: number): number => least + (index < withMore ? 1 : 0);
  for (const [index, [id, shards]] of ordered.entries()) {
    const keeps = shards.slice(0, quota(index));
    given.set(id, keeps);
    for (const shard of keeps) free.delete(shard);
  }
  const left = [...free];
  for (const [index, [id]] of ordered.entries()) {
    const own = given.get(id)!;
    own.push(...left.splice(0, quota(index) - own.length));
    own.sort((a, b) => a - b);
  }
  return given;
}

/** What each has so far; a shard that several claim is given to one of them. */
function keptBy(count: number, sharers: readonly Sharer[]): ReadonlyMap<string, readonly number[]> {
  const owners = new Map<number, Sharer>();
  for (const sharer of sharers) {
    for (const shard of sharer.had) {
      if (shard >= 0 && shard < count && isRight(sharer, owners.get(shard))) owners.set(shard, sharer);
    }
  }
  const kept = new Map(sharers.map(({ id }): [string, number[]] => [id, []]));
  for (const [shard, { id }] of [...owners].sort(([a], [b]) => a - b)) kept.get(id)!.push(shard);
  return kept;
}

function isRight(one: Sharer, other: Sharer | undefined): boolean {
  if (other === undefined || one.since !== other.since) return one.since > (other?.since ?? -Infinity);
  return one.id < other.id;
}
