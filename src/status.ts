/** How far each part has come in the log, and what became of the messages since it began. */
export interface Status {
  readonly store: string;
  readonly head: number;
  readonly posted: number;
  readonly projected: number;
  readonly published: number;
  /** Of the slowest part, and of each. */
  readonly lag: {
    readonly seconds: number;
    readonly posted: number;
    readonly projected: number;
    readonly published: number;
  };
  readonly counts: Counts;
}

export interface Counts {
  readonly received: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly parked: number;
  readonly rejected: number;
}
