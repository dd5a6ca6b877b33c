import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { freePort } from '../../fixtures/free-port.ts';
import { kafkaJars } from './jars.ts';
import { KafkaNode } from './node.ts';
import type { KafkaProxy } from './proxy.ts';
import { ADMIN, secure, type Security, type Users } from './security.ts';

interface KafkaOptions {
  /** As Maven Central has it: 3.9.1, 4.1.1, … */
  readonly version: string;
  /** 1 or 3; default 1. */
  readonly nodes?: number;
  /** It compiles its code as any Java does: faster after half a minute, slower before. */
  readonly isForLong?: boolean;
  /** Of one node: a file for the classes it has loaded by its orderly end. */
  readonly classesTo?: string;
  /** SASL_SSL with these users, and ACLs: nobody but `admin` may do anything until a rule says so. */
  readonly security?: { readonly users: Users };
  /** Of one node: what clients are told to speak to instead. It is the caller's to close. */
  readonly proxy?: KafkaProxy;
}

const READY_MS_MAX = 240_000;
/** How long a busy machine may take to accept a connection. Where nobody listens, the refusal comes at once. */
const CONNECT_MS_MAX = 20_000;
/** One that is only starting may leave a question unanswered: it is asked again. */
const READY_ANSWER_MS_MAX = 30_000;
/**
 * How long a client waits for an answer, in tests. After kafkajs' own 30 s it writes the same records again, although the
 * broker of a busy machine has them already: the topic holds them twice.
 */
export const ANSWER_MS_MAX = 240_000;
const ASK_EVERY_MS = 150;

/** A real Apache Kafka (KRaft) on this machine: one node, or three. Always `stop()` it. */
export class KafkaCluster {
  /** Of its jars, for Java clients: `java -cp 'jars/*' File.java`. */
  readonly jars: string;
  readonly version: string;
  readonly #nodes: readonly KafkaNode[];
  readonly #folder: string;
  readonly #security: Security | undefined;

  private constructor(
    options: KafkaOptions,
    parts: { jars: string; folder: string; nodes: KafkaNode[]; security?: Security },
  ) {
    this.version = options.version;
    this.jars = parts.jars;
    this.#nodes = parts.nodes;
    this.#folder = parts.folder;
    this.#security = parts.security;
  }

  /** Resolves when every node answers. */
  static async start(options: KafkaOptions): Promise<KafkaCluster> {
    const jars = await kafkaJars(options.version);
    const count = options.nodes ?? 1;
    const folder = await mkdtemp(join(tmpdir(), 'onhand-kafka-'));
    const ports: number[] = [];
    while (ports.length < count * 2) ports.push(await freePort());
    // A cluster id must not begin with a dash.
    const clusterId = `K${randomBytes(16).toString('base64url').slice(1, 22)}`;
    const security = options.security && secure(folder, options.security.users);
    options.proxy?.standBefore(ports[0]!);
    const advertised = options.proxy && {
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.proxy.port}`,
    };
    const shared = { jars, folder, clusterId, controllerPorts: ports.slice(count) };
    const nodes = ports.slice(0, count).map(
      (port, index) =>
        new KafkaNode({
          ...shared,
          id: index + 1,
          port,
          ...(security && { security }),
          ...(options.isForLong && { isForLong: true }),
          ...(options.classesTo !== undefined && { classesTo: options.classesTo }),
          ...(advertised && { properties: advertised }),
        }),
    );
    const cluster = new KafkaCluster(options, { jars, folder, nodes, ...(security && { security }) });
    try {
      for (const node of nodes) node.start();
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** `host:port` of each node. */
  get brokers(): string[] {
    return this.#nodes.map(({ address }) => address);
  }

  /** The file with the certificate to trust; only where it runs with security. */
  get caFile(): string | undefined {
    return this.#security?.caFile;
  }

  /** How the administrator connects: `new Kafka(cluster.clientConfig())`. */
  clientConfig(): KafkaConfig {
    const base = {
      clientId: 'test',
      brokers: this.brokers,
      logLevel: logLevel.NOTHING,
      connectionTimeout: CONNECT_MS_MAX,
      requestTimeout: ANSWER_MS_MAX,
    };
    if (this.#security === undefined) return base;
    const ca = [readFileSync(this.#security.caFile, 'utf8')];
    return { ...base, ssl: { ca }, sasl: { mechanism: 'scram-sha-512', ...ADMIN } };
  }

  /** A crash: SIGKILL. `node` counts from 1. */
  kill(node = 1): Promise<void> {
    return this.#node(node).end('SIGKILL');
  }

  /** An orderly end of the first node: SIGTERM. */
  shutDown(): Promise<void> {
    return this.#node(1).end('SIGTERM');
  }

  /** Starts a node that has ended, on the data it left. Resolves when all that run answer. */
  async restart(node = 1): Promise<void> {
    this.#node(node).start();
    await this.ready();
  }

  /** Resolves when every node that runs is part of the cluster; throws with the nodes' own words where that never comes. */
  async ready(): Promise<void> {
    const until = performance.now() + READY_MS_MAX;
    while (performance.now() < until) {
      if (this.#nodes.every(({ isRunning }) => !isRunning)) break;
      if (await this.#answers()) return;
      await pause(ASK_EVERY_MS);
    }
    const words = this.#nodes.map((node) => node.complaints().slice(-4_000)).join('\n');
    throw new Error(`Kafka ${this.version} does not become ready:\n${words}`);
  }

  /** Ends every node and removes its data. A second call does nothing. */
  async stop(): Promise<void> {
    for (const node of this.#nodes) node.signal('SIGCONT');
    await Promise.all(this.#nodes.map((node) => node.end('SIGKILL')));
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const running = this.#nodes.filter(({ isRunning }) => isRunning).length;
    const brokers = this.#nodes.filter(({ isRunning }) => isRunning).map(({ address }) => address);
    const kafka = new Kafka({
      ...this.clientConfig(),
      brokers,
      requestTimeout: READY_ANSWER_MS_MAX,
      retry: { retries: 0 },
    });
    const admin = kafka.admin();
    try {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length >= running;
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  #node(id: number): KafkaNode {
    const node = this.#nodes[id - 1];
    if (node === undefined) throw new Error(`There is no node ${id}: they count from 1.`);
    return node;
  }
}

export const startKafka = (options: KafkaOptions): Promise<KafkaCluster> => KafkaCluster.start(options);
