import { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../src/index.ts';
import type { Address } from './address.ts';

/** How long the goodbye to a client may take: one whose stream the server ended never says it. */
const DISPOSE_MS_MAX = 250;

/** What of the client is not in its types: there is no other way to close its connection. */
interface ClientInside {
  getChannel(): Promise<{ close(): void }>;
  readonly capabilities: Promise<{ readonly serverVersion: string }>;
  readonly disposableStreams: ReadonlySet<WritableSide>;
}

/** The one stream on which all appends of a client travel. */
export interface WritableSide {
  readonly writableLength: number;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/**
 * A client that is thrown away when in doubt. Those for appends, for reads and for following are three: what
 * fails on one closes the connection under all that is on it.
 */
export class Connection {
  readonly #address: Address;
  #client: EventStoreDBClient | undefined;
  #leaving: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(address: Address) {
    this.#address = address;
  }

  /** The client as it is now; made at the first call, and anew after each `drop`. Throws once it is closed. */
  async client(): Promise<EventStoreDBClient> {
    await this.#leaving;
    if (this.#isClosed) throw new StoreUnavailable('The store is closed.');
    this.#client ??= EventStoreDBClient.connectionString(this.#address.connectionString);
    return this.#client;
  }

  /**
   * Lets go of that client, if it is still the one. The next is made only when this one is quiet: an error of
   * it would reach the appends of the other. False if it was let go of before.
   */
  drop(client: EventStoreDBClient, pauseMs = 0): boolean {
    if (client !== this.#client) return false;
    this.#client = undefined;
    this.#leaving = dispose(client).then(() => (pauseMs > 0 ? pause(pauseMs) : undefined));
    return true;
  }

  /**
   * False once it was let go of. What was read through it may then be only a part: its goodbye cancels the calls
   * of everybody, and the client tells a cancelled read as one that has come to its end.
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

/** The stream that a client's appends travel on, once there is one. */
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
