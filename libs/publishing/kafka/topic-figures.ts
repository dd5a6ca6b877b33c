/** `starting`: the topic is being read. `waiting`: for a broker that does not answer, or after a send that failed. */
export type TopicState = 'starting' | 'telling' | 'waiting';

/** For metrics. Counts are since this publisher was made. */
export interface TopicFigures {
  /** Keys whose newest value is not known to be in the topic. */
  readonly pending: number;
  /** True once the topic was looked through: until then `pending` is only what was found so far, and 0 says nothing. */
  readonly isSearched: boolean;
  /** Records that all in-sync replicas have. */
  readonly told: number;
  /** Keys that were lost, or overwritten by an older value, and were told again. */
  readonly toldAgain: number;
  /** Sends that failed, and were tried again. */
  readonly failed: number;
  /** Records too large for the topic: they are not told. */
  readonly tooLarge: number;
}
