import { KafkaUnavailable, NO_LEADER, standingWords } from '#kafka';
import type { Extent } from './topic-link.ts';

/** The partitions that nobody leads. */
export const leaderlessOf = (extents: readonly (Extent | undefined)[]): ReadonlySet<number> =>
  new Set([...extents.keys()].filter((partition) => extents[partition] === undefined));

/** What a topic holds that is not yet known cannot be read around one of its partitions. Throws KafkaUnavailable. */
export function mustHaveLeaders(topic: string, extents: readonly (Extent | undefined)[]): void {
  const leaderless = [...leaderlessOf(extents)].map((partition) => ({ topic, partition }));
  if (leaderless.length === 0) return;
  throw new KafkaUnavailable(
    `${standingWords(leaderless, NO_LEADER)} The topic is told as soon as one is back.`,
  );
}
