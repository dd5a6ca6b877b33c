import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Outcome } from '#journal';
import type { TopicFigures } from '#publishing/kafka';
import type { Answered } from './traffic.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the rooms know of themselves, asked for when somebody looks. */
export interface MetricsSource {
  /** Called before all others. */
  readonly refresh: () => Promise<void>;
  /** Log positions by name: `head`, `posted`, `projected`, `published`. */
  readonly positions: () => Readonly<Record<string, number>>;
  /** Seconds that `posted`, `projected` and `published` are behind the log. */
  readonly lagSeconds: () => Readonly<Record<string, number>>;
  /** Messages since the log began, by outcome. */
  readonly outcomes: () => Readonly<Record<string, number>>;
  /** Bytes of the write-ahead logs of our files, by file. */
  readonly walBytes: () => Readonly<Record<string, number>>;
  readonly parkedLines: () => number;
  /** Background loops by name: true while they run as they should. */
  readonly loops: () => Readonly<Record<string, boolean>>;
  /** Doors beside HTTP, by name: true while they are as they should be. */
  readonly doors: () => Readonly<Record<string, boolean>>;
  /** Records that wait at a door, by its name. */
  readonly recordsBehind: () => Readonly<Record<string, number>>;
  /** What this process tells to Kafka, by topic. */
  readonly topicFigures: () => Readonly<Record<string, TopicFigures>>;
  readonly droppedLogLines: () => number;
}

type Observer = Pick<Histogram.Internal<'route' | 'status'>, 'observe'>;

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
const NANOSECONDS = 1e9;
const LOOP_DELAY_RESOLUTION_MS = 10;

/** Everything that is worth a graph or an alarm. Labels come from short fixed lists, never from what is told. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'route' | 'status'>;
  readonly #messages: Counter<'outcome'>;
  readonly #feeds: Gauge;
  readonly #source: MetricsSource;
  /** By route and status: its labels are looked at once. */
  readonly #observers = new Map<string, Map<string, Observer>>();
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });

  constructor(source: MetricsSource) {
    this.#source = source;
    collectDefaultMetrics({
      register: this.#registry,
      eventLoopMonitoringPrecision: LOOP_DELAY_RESOLUTION_MS,
    });
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'onhand_http_request_duration_seconds',
      help: 'From the first byte of a request to the end of its answer.',
      labelNames: ['route', 'status'],
      buckets: REQUEST_SECONDS,
      registers,
    });
    this.#messages = new Counter({
      name: 'onhand_messages_answered_total',
      help: 'Messages answered by this process, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#feeds = new Gauge({ name: 'onhand_feeds_open', help: 'Clients of feeds.', registers });
    this.#loopDelay.enable();
    this.#watch(source);
  }

  /** Text for Prometheus. */
  async text(): Promise<{ readonly contentType: string; readonly text: string }> {
    await this.#source.refresh();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  answered({ route, status, seconds }: Answered): void {
    this.#requestsOf(route, STATUS_CLASSES[Math.floor(status / 100)] ?? 'other').observe(seconds);
  }

  messagesAnswered(outcomes: readonly Pick<Outcome, 'outcome'>[]): void {
    const counts = { accepted: 0, duplicate: 0, parked: 0, rejected: 0 };
    for (const { outcome } of outcomes) counts[outcome] += 1;
    for (const [outcome, count] of Object.entries(counts)) {
      if (count > 0) this.#messages.labels(outcome).inc(count);
    }
  }

  #requestsOf(route: string, status: string): Observer {
    let ofRoute = this.#observers.get(route);
    if (ofRoute === undefined) this.#observers.set(route, (ofRoute = new Map<string, Observer>()));
    let observer = ofRoute.get(status);
    if (observer === undefined) ofRoute.set(status, (observer = this.#requests.labels(route, status)));
    return observer;
  }

  feedOpened(): void {
    this.#feeds.inc();
  }

  feedClosed(): void {
    this.#feeds.dec();
  }

  close(): void {
    this.#loopDelay.disable();
    this.#registry.clear();
  }

  #watch(source: MetricsSource): void {
    this.#gauges('onhand_log_position', 'Positions in the log.', 'of', source.positions);
    this.#gauges(
      'onhand_lag_seconds',
      'Age of the oldest event that was not processed yet.',
      'of',
      source.lagSeconds,
    );
    this.#gauges('onhand_messages', 'Messages since the log began, as answered.', 'outcome', source.outcomes);
    this.#gauges('onhand_wal_bytes', 'Size of the write-ahead log.', 'file', source.walBytes);
    this.#gauges('onhand_loop_running', '1 while a background loop runs normally.', 'loop', () =>
      Object.fromEntries(Object.entries(source.loops()).map(([name, runs]) => [name, Number(runs)])),
    );
    this.#gauges('onhand_door_ready', '1 while a connection other than HTTP works normally.', 'door', () =>
      Object.fromEntries(Object.entries(source.doors()).map(([door, isReady]) => [door, Number(isReady)])),
    );
    this.#gauges(
      'onhand_records_behind',
      'Records in a topic that have not been processed yet.',
      'door',
      source.recordsBehind,
    );
    this.#watchTopics(source);
    this.#gauge('onhand_parked_lines', 'Lines that wait for the catalog.', source.parkedLines);
    this.#gauge(
      'onhand_log_lines_dropped',
      'Log lines dropped because nobody read them in time.',
      source.droppedLogLines,
    );
    this.#gauge(
      'onhand_event_loop_delay_p99_seconds',
      'Delay of the event loop since the last scrape.',
      () => {
        const seconds = this.#loopDelay.percentile(99) / NANOSECONDS;
        this.#loopDelay.reset();
        return seconds;
      },
    );
  }

  #watchTopics({ topicFigures }: MetricsSource): void {
    const of = (figure: Exclude<keyof TopicFigures, 'isSearched'>) => (): Record<string, number> =>
      Object.fromEntries(Object.entries(topicFigures()).map(([topic, figures]) => [topic, figures[figure]]));
    this.#gauges(
      'onhand_topic_keys_pending',
      'Keys whose newest value is not yet confirmed to be in the topic; absent while it is not known which.',
      'topic',
      () => pendingOf(topicFigures()),
    );
    const counted: readonly (readonly [
      figure: Exclude<keyof TopicFigures, 'isSearched'>,
      name: string,
      help: string,
    ])[] = [
      ['told', 'records', 'Records that this process has sent and the topic has confirmed.'],
      [
        'toldAgain',
        'told_again',
        'Keys sent again because their value was lost, or overwritten by an older one.',
      ],
      ['failed', 'sends_failed', 'Sends that failed and were retried.'],
      ['tooLarge', 'too_large', 'Records not sent because they are larger than the topic accepts.'],
    ];
    for (const [figure, name, help] of counted) {
      this.#counters(`onhand_topic_${name}_total`, help, 'topic', of(figure));
    }
  }

  /** Counted elsewhere. */
  #counters(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, number] of Object.entries(read())) this.inc({ [label]: value }, number);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  #gauges(name: string, help: string, label: string, read: () => Readonly<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset(); // What is not known any more is left out.
        for (const [value, number] of Object.entries(read())) this.set({ [label]: value }, number);
      },
    });
  }
}

/** Left out while it is not known which keys: a 0 would hide that Kafka was never reached. */
function pendingOf(topics: Readonly<Record<string, TopicFigures>>): Record<string, number> {
  const known = Object.entries(topics).filter(([, { pending, isSearched }]) => isSearched || pending > 0);
  return Object.fromEntries(known.map(([topic, { pending }]) => [topic, pending]));
}

const STATUS_CLASSES: readonly (string | undefined)[] = [undefined, '1xx', '2xx', '3xx', '4xx', '5xx'];
