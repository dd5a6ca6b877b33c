import { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../src/index.ts';
import type { Address } from './address.ts';

/** How long disposing of a client may take: if the server has ended its stream, it never resolves. */
const DISPOSE_MS_MAX = 250;

/** Members of the client that are not in its types: there is no other way to close its connection. */
interface ClientInside {
  getChannel(): Promise<{ close(): void }>;
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  readonly disposableStreams: ReadonlySet<WritableSide>;
}

/** The one stream on which all appends of a client are sent. */
export interface WritableSide {
  readonly writableLength: number;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * A client that is replaced when in doubt. Appends, reads and following have one each, for a failure closes the connection
 * for everything that uses it.
 */
export class Connection {
  readonly #address: Address;
  #client: EventStoreDBClient | undefined;
  #leaving: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** The present client; made by the first call, and by the first one after each `drop`. Throws once this is closed. */
  async client(): Promise<EventStoreDBClient> {
    await this.#leaving;
    if (this.#isClosed) throw new StoreUnavailable('The store is closed.');
    this.#client ??= EventStoreDBClient.connectionString(this.#address.connectionString);
    return this.#client;
  }

  /**
   * Drops this client, if it is still the present one. The next is made only when this one is disposed of, for its errors
   * would reach the appends of the next. Returns false if it was dropped before.
   */
  drop(client: EventStoreDBClient, pauseMs = 0): boolean {
    if (client !== this.#client) return false;
    this.#client = undefined;
    this.#leaving = dispose(client).then(() => (pauseMs > 0 ? pause(pauseMs) : undefined));
    return true;
  }

  /**
   * False once it was dropped. What was read by it may then be incomplete: disposing of it cancels all its calls, and a
   * cancelled read looks like one that has come to its end.
   */
  isCurrent(client: EventStoreDBClient): boolean {
    return client === this.#client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#client !== undefined) this.drop(this.#client);
    await this.#leaving;
  }
}

export const versionOf = async (client: EventStoreDBClient): Promise<string> =>
  (await inside(client).capabilities).serverVersion;

/** The stream that a client's appends are sent on, once there is one. */
export function appendStreamOf(client: EventStoreDBClient): WritableSide | undefined {
  for (const stream of inside(client).disposableStreams) return stream;
  return undefined;
}

async function dispose(client: EventStoreDBClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, DISPOSE_MS_MAX)));
  const goodbye = async (): Promise<void> => {
    await client.dispose();
    (await inside(client).getChannel()).close();
  };
  await Promise.race([goodbye().catch(() => {}), enough]);
  clearTimeout(timer);
}

const inside = (client: EventStoreDBClient): ClientInside => client as unknown as ClientInside;
