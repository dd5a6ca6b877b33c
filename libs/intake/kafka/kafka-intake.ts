import { askKafka, KafkaUnavailable, standingWords, topicsThere } from '#kafka';
import { pause } from '#kernel';
import type { ConsumptionParts } from './consumption-parts.ts';
import { Consumption, type ConsumptionState } from './consumption.ts';
import type { EventTopic } from './event-topic.ts';

interface KafkaIntakeParts extends ConsumptionParts {
  readonly topics: readonly EventTopic[];
  /** The client has died of a bug: the process must end, and be started again. */
  readonly onFatal: (cause: unknown) => void;
  /** A consumer that no broker has answered for longer is made anew, if the brokers answer others. */
  readonly silentMsMax?: number;
}

/** A consumer at work. */
interface Consuming {
  readonly consumption: Consumption;
  readonly topics: readonly EventTopic[];
  /** Ends it, so that it is made anew. */
  readonly ending: AbortController;
}

interface KafkaIntakeStatus {
  readonly state: ConsumptionState | 'connecting' | 'failed' | 'stopped';
  /** True while every topic is consumed, brokers answer, and no partition stands for good. */
  readonly isReady: boolean;
  /** What stands in the way, in words for whoever runs the service. */
  readonly trouble?: string;
  readonly partitions: number;
  /** Records that are there and have not ended yet. */
  readonly lag: number;
  /** Partitions that stand still: the store, or the rejected topic, does not serve, or their leader is away. */
  readonly waiting: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly reason: string;
    /** It does not pass by itself: somebody has to mend it. */
    readonly isLasting: boolean;
  }[];
}

const FIRST_PAUSE_MS = 500;
const PAUSE_MS_MAX = 5_000;
/** How often the same trouble is logged again. */
const SAME_TROUBLE_EVERY_MS = 60_000;
const LOOK_AFTER_MS = 5_000;
/** Brokers answer each fetch within half a second: after this long we ask why they do not. */
const SILENT_MS = 5_000;
const SILENT_MS_MAX = 90_000;
/** A broker that restarts, or a leader that changes, is no reason to be taken out of service. */
const UNANSWERED_MS_MAX = 15_000;

/**
 * Messages from Kafka: every record is given to the journal. It waits for brokers and topics that are not there yet, and
 * through their outages. Nothing else stops because of it.
 */
export class KafkaIntake {
  readonly #parts: KafkaIntakeParts;
  #consumption: Consumption | undefined;
  #state: 'connecting' | 'failed' | 'stopped' = 'connecting';
  #trouble: string | undefined;
  #toldAt = -Infinity;
  /** What was last logged of partitions that cannot be read. */
  #leaderless: string | undefined;
  /** Topics that do not exist, as of the last look. */
  #missing: readonly EventTopic[] = [];

  constructor(parts: KafkaIntakeParts) {
    this.#parts = parts;
  }

  status(): KafkaIntakeStatus {
    const consumption = this.#consumption;
    const state = consumption?.state ?? this.#state;
    const standing = this.#standingTrouble(consumption);
    const trouble = this.#trouble ?? standing ?? (consumption && leaderlessTrouble(consumption));
    return {
      state,
      isReady: state === 'consuming' && standing === undefined,
      ...(trouble !== undefined && { trouble }),
      partitions: consumption?.partitions ?? 0,
      lag: consumption?.lag ?? 0,
      waiting: consumption?.waiting ?? [],
    };
  }

  /** Runs until `signal` aborts, and leaves the group. Throws the error that ended the client for good. */
  async run(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        const topics = await this.#topics();
        pauseMs = FIRST_PAUSE_MS;
        this.#trouble = undefined;
        await this.#consume(topics, signal);
      } catch (error) {
        if (!(error instanceof KafkaUnavailable)) throw this.#failed(error);
        this.#tell(error);
        await pause(pauseMs, signal, { ref: false });
        pauseMs = Math.min(PAUSE_MS_MAX, pauseMs * 2);
      }
    }
    this.#state = 'stopped';
  }

  /** The trouble because of which we are not ready although we consume. */
  #standingTrouble(consumption: Consumption | undefined): string | undefined {
    if (this.#missing.length > 0) return missingWords(this.#missing);
    const lasting = consumption?.waiting.find(({ isLasting }) => isLasting);
    if (lasting !== undefined)
      return `Partition ${lasting.partition} of ${lasting.topic} is stopped and needs an operator: ${lasting.reason}`;
    if (consumption !== undefined && standsWhole(consumption)) return leaderlessTrouble(consumption);
    if (consumption?.state !== 'consuming' || consumption.unansweredMs <= UNANSWERED_MS_MAX) return undefined;
    const brokers = this.#parts.connection.brokers.join(', ');
    return `No broker of ${brokers} has answered a fetch for more than ${UNANSWERED_MS_MAX / 1_000} s. OnHand keeps retrying.`;
  }

  /** The topics that exist. Throws KafkaUnavailable if none does. */
  async #topics(): Promise<EventTopic[]> {
    const { topics, connection, rejectedTopic } = this.#parts;
    const names = [...topics.map(({ topic }) => topic), rejectedTopic];
    const there = await askKafka(connection, (admin) => topicsThere(admin, names));
    const found = topics.filter(({ topic }) => there.has(topic));
    this.#missing = topics.filter(({ topic }) => !there.has(topic));
    if (found.length === 0) throw new KafkaUnavailable(missingWords(this.#missing));
    if (this.#missing.length > 0) this.#parts.log.warn({}, missingWords(this.#missing));
    if (!there.has(rejectedTopic)) {
      const words = `${missingWords([{ topic: rejectedTopic }])} Until it exists, a partition waits at the first message that is rejected.`;
      this.#parts.log.warn({}, words);
    }
    return found;
  }

  async #consume(topics: readonly EventTopic[], signal: AbortSignal): Promise<void> {
    const ending = new AbortController();
    const consumption = new Consumption(this.#parts, topics);
    this.#consumption = consumption;
    const look = (): void => void this.#lookAfter({ consumption, topics, ending });
    const watch = setInterval(look, LOOK_AFTER_MS).unref();
    try {
      await consumption.run(topics, AbortSignal.any([signal, ending.signal]));
    } finally {
      clearInterval(watch);
      this.#consumption = undefined;
    }
  }

  /**
   * Ends the consumer, so that it is made anew: when a missing topic was created, when one that is consumed was deleted (the
   * client waits for it, and keeps all others waiting), or when the client hangs although brokers answer.
   */
  async #lookAfter({ consumption, topics, ending }: Consuming): Promise<void> {
    const { connection, log, silentMsMax = SILENT_MS_MAX } = this.#parts;
    const { silentMs } = consumption;
    this.#tellUnled(consumption);
    if (this.#missing.length === 0 && silentMs < SILENT_MS) return;
    try {
      const names = this.#parts.topics.map(({ topic }) => topic);
      const there = await askKafka(connection, (admin) => topicsThere(admin, names));
      const gone = silentMs < SILENT_MS ? [] : topics.filter(({ topic }) => !there.has(topic));
      if (gone.length > 0) log.error({}, missingWords(gone));
      const hasCome = this.#missing.some(({ topic }) => there.has(topic));
      const hangs = silentMs > silentMsMax && consumption.waiting.length < consumption.partitions;
      if (hangs) log.error({}, 'the consumer is stuck although brokers answer: it is being replaced');
      if (hasCome || hangs || gone.length > 0) ending.abort();
    } catch {
      // The brokers do not answer: the consumer itself waits for them.
    }
  }

  #tellUnled(consumption: Consumption): void {
    const words = leaderlessTrouble(consumption);
    if (words === this.#leaderless) return;
    this.#leaderless = words;
    if (words === undefined) this.#parts.log.info({}, 'all partitions can be read again');
    else this.#parts.log.error({}, words);
  }

  #tell({ message }: KafkaUnavailable): void {
    const now = performance.now();
    if (message !== this.#trouble || now - this.#toldAt > SAME_TROUBLE_EVERY_MS) {
      this.#toldAt = now;
      this.#parts.log.error({}, message);
    }
    this.#trouble = message;
  }

  #failed(error: unknown): unknown {
    this.#state = 'failed';
    this.#trouble = error instanceof Error ? error.message : String(error);
    this.#parts.onFatal(error);
    return error;
  }
}

function leaderlessTrouble(consumption: Consumption): string | undefined {
  const words = [...consumption.leaderless].map(([reason, places]) => standingWords(places, reason));
  if (words.length === 0) return undefined;
  const others = standsWhole(consumption) ? '' : '; all other partitions continue';
  return `${words.join(' ')} OnHand keeps retrying${others}.`;
}

/** True if none of our partitions can be read, as when the only broker hangs. */
function standsWhole({ leaderless, partitions }: Consumption): boolean {
  const standing = [...leaderless.values()].reduce((sum, places) => sum + places.length, 0);
  return standing > 0 && standing === partitions;
}

const missingWords = (topics: readonly EventTopic[]): string =>
  `Topics that do not exist, or that OnHand may not read: ${topics.map(({ topic }) => topic).join(', ')}. Create what is missing with \`npx onhand topics create\`.`;
