/** `starting`: the topic is being read. `waiting`: for a broker that does not answer, or after a send that failed. */
export type TopicState = 'starting' | 'telling' | 'waiting';

/** For whoever watches over a topic; counts are since this publisher was made. */
export interface TopicFigures {
  /** Keys whose newest value is not known to stand in the topic. */
  readonly pending: number;
  /** Records that all replicas in sync have. */
  readonly told: number;
  /** Keys that were found lost, or written over by an older value, and are told again. */
  readonly toldAgain: number;
  /** Sends that failed, and were tried again. */
  readonly failed: number;
  /** Records larger than the topic takes: they are not told. */
  readonly tooLarge: number;
}
