import { type Extent, KafkaUnavailable, NO_LEADER, standingWords } from '#kafka';

/** The partitions that have no leader. */
export const leaderlessOf = (extents: readonly (Extent | undefined)[]): ReadonlySet<number> =>
  new Set([...extents.keys()].filter((partition) => extents[partition] === undefined));

/** A topic whose content is not yet known must be read whole. Throws KafkaUnavailable if a partition has no leader. */
export function mustHaveLeaders(topic: string, extents: readonly (Extent | undefined)[]): void {
  const leaderless = [...leaderlessOf(extents)].map((partition) => ({ topic, partition }));
  if (leaderless.length === 0) return;
  throw new KafkaUnavailable(
    `${standingWords(leaderless, NO_LEADER)} Writing to the topic resumes as soon as one is back.`,
  );
}
