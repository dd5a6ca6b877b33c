import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { freePort } from '../fixtures/free-port.ts';
import { isOnServer, StoreServer } from '../fixtures/store-server.ts';
import { until, WAIT_MS_MAX } from '../fixtures/waiting.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** The real thing as its users start it: a process, a port, a folder. Seen from outside only. */
export class Service {
  readonly url: string;
  readonly directory: string;
  /** Where its log is, if it is not in its folder. */
  store: StoreServer | undefined;
  #process: ChildProcess | undefined;
  #said = '';
  readonly #settings: Record<string, string>;

  private constructor(directory: string, port: number, settings: Record<string, string>) {
    this.directory = directory;
    this.url = `http://127.0.0.1:${port}`;
    this.#settings = { DATA_DIR: directory, PORT: String(port), AUTH: 'off', LOG_LEVEL: 'warn', ...settings };
  }

  static async start(settings: Record<string, string> = {}): Promise<Service> {
    return Service.startIn(mkdtempSync(join(tmpdir(), 'onhand-')), settings);
  }

  /** In this folder, which `stop` removes. */
  static async startIn(directory: string, settings: Record<string, string> = {}): Promise<Service> {
    return isOnServer && settings['EVENT_STORE'] === undefined
      ? Service.startOnServer(settings, directory)
      : Service.#startOn(undefined, directory, settings);
  }

  /** With its log on a server of its own, which `stop` ends. */
  static async startOnServer(settings: Record<string, string> = {}, directory?: string): Promise<Service> {
    const folder = directory ?? mkdtempSync(join(tmpdir(), 'onhand-'));
    return Service.#startOn(await StoreServer.start(), folder, settings);
  }

  /** Not started: `run` does that, and waits until it is ready. */
  static async notYet(settings: Record<string, string>): Promise<Service> {
    return new Service(mkdtempSync(join(tmpdir(), 'onhand-')), await freePort(), settings);
  }

  static async #startOn(
    store: StoreServer | undefined,
    directory: string,
    settings: Record<string, string>,
  ): Promise<Service> {
    const service = new Service(directory, await freePort(), {
      ...(store && { EVENT_STORE: store.url }),
      ...settings,
    });
    service.store = store;
    await service.run();
    return service;
  }

  /**
   * Starts the process (again) on the same folder and port, and waits until it is ready. `words`: where its
   * standard output goes; default: to whoever reads the error when it ends by itself.
   */
  async run(settings: Record<string, string> = {}, words: Writable | 'pipe' = 'pipe'): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['bin/onhand.js', 'start'], {
      cwd: ROOT,
      env: { PATH, HOME, ...this.#settings, ...settings },
      stdio: ['ignore', words, 'pipe'],
    });
    this.#process = child;
    const endToo = (): boolean => child.kill('SIGKILL');
    process.once('exit', endToo);
    child.once('exit', () => process.off('exit', endToo));
    child.stdout?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    const deadline = performance.now() + WAIT_MS_MAX;
    while (performance.now() < deadline) {
      if (!this.isRunning)
        throw new Error(`ended with ${child.exitCode ?? child.signalCode}:\n${this.#said}`);
      const ready = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (ready?.ok) return;
      await pause(25);
    }
    throw new Error(`It does not become ready:\n${this.#said}`);
  }

  /** What a command line over the same data is to be told. */
  get env(): Record<string, string> {
    const { DATA_DIR = '', EVENT_STORE = 'sqlite' } = this.#settings;
    return { DATA_DIR, EVENT_STORE };
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** Ends the process with this signal; answers its exit code (null where the signal ended it). */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (!child || !this.isRunning) return child?.exitCode ?? null;
    return new Promise((resolve) => {
      child.once('exit', resolve);
      child.kill(signal);
    });
  }

  /** `SIGSTOP` and `SIGCONT`: stands still for a while, and goes on as if nothing had been. */
  send(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.isRunning) this.#process?.kill(signal);
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    this.store?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: parse(text) };
  }

  /** Asks again where it is told to, for what it named with `atLeast` is not seen yet. */
  get = async (path: string): Promise<Answer> => {
    for (;;) {
      const answer = await this.call('GET', path);
      if (answer.body?.code !== 'NOT_YET') return answer;
    }
  };
  put = (path: string, body: unknown): Promise<Answer> => this.call('PUT', path, body);
  post = (path: string, body: unknown): Promise<Answer> => this.call('POST', path, body);

  /** Tells one message; `data.lines` and all, as a channel would. */
  tell(
    source: string,
    type: string,
    data: object,
    more: { id?: string; time?: string; sequence?: number } = {},
  ): Promise<Answer> {
    const id = more.id ?? `m-${++messages}`;
    const { time = new Date().toISOString(), sequence } = more;
    return this.post('/v1/events', {
      id,
      source,
      type,
      time,
      ...(sequence !== undefined && { sequence }),
      data,
    });
  }

  /** Waits until everything told so far has reached every room. */
  async settle(): Promise<void> {
    await until(async () => {
      const { status, body } = await this.get('/v1/status');
      const { head, posted, projected, published } = body;
      if (status === 200 && head === posted && head === projected && head === published) return true;
      throw new Error(JSON.stringify(body));
    }, 'at rest');
  }
}

let messages = 0;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
