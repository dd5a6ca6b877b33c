import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { scramWords, type Security, securityProperties } from './security.ts';

interface NodeParts {
  /** 1, 2, 3. */
  readonly id: number;
  readonly jars: string;
  readonly folder: string;
  readonly clusterId: string;
  readonly port: number;
  /** One for each node, in their order. */
  readonly controllerPorts: readonly number[];
  readonly security?: Security;
  /** Compiles as any Java does, which costs most of a processor for half a minute. */
  readonly isForLong?: boolean;
  /** A file for the classes it has loaded by its orderly end. */
  readonly classesTo?: string;
  /** Over our own. */
  readonly properties?: Readonly<Record<string, string>>;
}

const HEAP = ['-Xms384m', '-Xmx384m'];
/** A test ends long before a broker's code is worth compiling twice. */
const QUICK = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const LASTING = ['-XX:+UseSerialGC'];
const STOPPED_MS_MAX = 60_000;

/**
 * One broker that is its own controller, in a process group of its own. It never outlives us: a guard beside it
 * ends it when our end of a pipe closes, however we end.
 */
export class KafkaNode {
  readonly #parts: NodeParts;
  #java: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(parts: NodeParts) {
    this.#parts = parts;
    const { id, jars, folder, clusterId, security } = parts;
    writeFileSync(this.#file('properties'), propertiesText(parts));
    const words = ['format', '-t', clusterId, '-c', this.#file('properties')];
    if (security !== undefined) words.push(...scramWords(security));
    const log = `-Dorg.slf4j.simpleLogger.logFile=${join(folder, `format-${id}.log`)}`;
    const options = [...QUICK, ...classesFrom(jars), log, '-cp', classPath(jars)];
    execFileSync('java', [...options, 'kafka.tools.StorageTool', ...words], {
      cwd: dirname(jars),
      stdio: 'pipe',
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#parts.port}`;
  }

  get isRunning(): boolean {
    return this.#java !== undefined;
  }

  start(): void {
    if (this.#java !== undefined) return;
    const log = [
      `-Dorg.slf4j.simpleLogger.logFile=${this.#file('log')}`,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    ];
    const { jars, isForLong = false, classesTo } = this.#parts;
    const classes = classesTo === undefined ? classesFrom(jars) : [`-XX:ArchiveClassesAtExit=${classesTo}`];
    const options = [...HEAP, ...(isForLong ? LASTING : QUICK), ...classes, ...log, '-cp', classPath(jars)];
    const words = [...options, 'kafka.Kafka', this.#file('properties')];
    const java = spawn('java', words, {
      cwd: dirname(jars),
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    java.stderr.on('data', (text: Buffer) => appendFileSync(this.#file('log'), text));
    // A test run that forgets to stop it can still end; the guard then ends it.
    java.unref();
    (java.stderr as unknown as { unref(): void }).unref();
    const guard = guardOf(java, this.#parts.folder);
    this.#java = java;
    this.#ended = new Promise((resolve) =>
      java.once('exit', () => {
        guard.kill('SIGKILL');
        this.#java = undefined;
        resolve();
      }),
    );
  }

  /** SIGTERM is an orderly end, SIGKILL a crash. Resolves when the process has gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.signal(signal);
    const hard = setTimeout(() => this.signal('SIGKILL'), STOPPED_MS_MAX);
    await this.#ended;
    clearTimeout(hard);
  }

  /** Sends a signal to the whole group. */
  signal(signal: NodeJS.Signals): void {
    if (this.#java?.pid !== undefined) process.kill(-this.#java.pid, signal);
  }

  /** What it had to complain about. */
  complaints(): string {
    try {
      return readFileSync(this.#file('log'), 'utf8');
    } catch {
      return '';
    }
  }

  #file(kind: string): string {
    return join(this.#parts.folder, `node-${this.#parts.id}.${kind}`);
  }
}

/**
 * Where `keepClasses` has put them: a start then takes half of the time. Java takes them only for the same jars, of the same
 * age, in the same order and by the same names, and otherwise starts slowly without a word: so they bear the jars' mark.
 */
export function classesOf(jars: string): string {
  const mark = createHash('sha256');
  for (const file of jarsIn(jars)) {
    const { size, mtime } = statSync(join(jars, file));
    mark.update(`${file} ${size} ${mtime.toISOString()}\n`);
  }
  return `${jars}.${mark.digest('hex').slice(0, 12)}.jsa`;
}

const jarsIn = (jars: string): string[] => readdirSync(jars).sort();

/** Seen from the folder above, and in one order: `.cache` may move. */
const classPath = (jars: string): string =>
  jarsIn(jars)
    .map((file) => join(basename(jars), file))
    .join(':');

function classesFrom(jars: string): string[] {
  const archive = classesOf(jars);
  return existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
}

/** Waits for our end of its pipe to close, then ends the group, also one that stands still, and clears up. */
function guardOf(java: ChildProcess, folder: string): ChildProcess {
  const words = ['-c', `read -r _; kill -KILL -${java.pid}; rm -rf "$0"`, folder];
  const guard = spawn('sh', words, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return guard;
}

function propertiesText(parts: NodeParts): string {
  const { id, folder, port, controllerPorts, security, properties } = parts;
  const count = controllerPorts.length;
  const protocol = security === undefined ? 'PLAINTEXT' : 'SASL_SSL';
  const copies = String(Math.min(3, count));
  const inSync = String(count > 1 ? 2 : 1);
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': controllerPorts.map((at, index) => `${index + 1}@127.0.0.1:${at}`).join(','),
    listeners: `${protocol}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPorts[id - 1]}`,
    'advertised.listeners': `${protocol}://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': protocol,
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocol}:${protocol}`,
    'log.dirs': join(folder, `data-${id}`),
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'min.insync.replicas': inSync,
    'default.replication.factor': copies,
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A crash is noticed, and a node that comes back is let in again, in seconds.
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
    'log.cleaner.backoff.ms': '500',
    // A mistyped topic must be an error.
    'auto.create.topics.enable': 'false',
    ...(security === undefined ? {} : securityProperties(security)),
    ...properties,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
