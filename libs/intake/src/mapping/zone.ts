import type { Instant } from '#kernel';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Days whose offset is remembered; a file rarely goes over more than a few years. */
const DAYS_KEPT_MAX = 8_192;

/** The clocks of a place, by its name in the time zone database, such as `Europe/London`. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** By local day: the offset that its clocks keep all day and on the days beside it; NaN where they change. */
  readonly #offsets = new Map<number, number>();

  private constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  /** Undefined if there is no such zone. */
  static named(name: string): Zone | undefined {
    try {
      return new Zone(new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' }));
    } catch {
      return undefined;
    }
  }

  /**
   * The instant at which the clocks show a local time, given in milliseconds since 1970-01-01T00:00 there.
   * Of an hour shown twice the first; undefined for a time that they skip.
   */
  instantOf(local: number): Instant | undefined {
    const offset = this.#offsetOfDay(Math.floor(local / DAY_MS));
    if (!Number.isNaN(offset)) return local - offset;
    const offsets = [this.#offsetAt(local - DAY_MS), this.#offsetAt(local + DAY_MS)];
    const instants = offsets
      .map((each) => local - each)
      .filter((instant) => local - this.#offsetAt(instant) === instant);
    return instants.length === 0 ? undefined : Math.min(...instants);
  }

  #offsetOfDay(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      const before = this.#offsetAt((day - 1) * DAY_MS);
      offset = before === this.#offsetAt((day + 2) * DAY_MS) ? before : NaN;
      if (this.#offsets.size >= DAYS_KEPT_MAX) this.#offsets.clear();
      this.#offsets.set(day, offset);
    }
    return offset;
  }

  #offsetAt(instant: Instant): number {
    const words = this.#format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')!.value;
    const found = /^GMT(?:([+-])(\d{2}):(\d{2})(?::\d{2})?)?$/.exec(words);
    const minutes = Number(found?.[2] ?? 0) * 60 + Number(found?.[3] ?? 0);
    return (found?.[1] === '-' ? -minutes : minutes) * MINUTE_MS;
  }
}
