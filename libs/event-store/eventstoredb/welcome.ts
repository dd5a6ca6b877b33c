import { AccessDeniedError } from '@eventstore/db-client';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../src/index.ts';
import type { Address } from './address.ts';
import { type Connection, versionOf } from './connection.ts';
import { EventStoreDbUnusable } from './event-store-db.faults.ts';
import type { Head, LogReader } from './log-reader.ts';

/** Earlier servers are no longer maintained, and (22.6) do not say the log position of events read from a stream. */
const VERSION_MIN = [22, 10] as const;
const HELLO_MS_MAX = 10_000;
/** gRPC's code for a user that the server does not know, or whose password is another one. */
const UNAUTHENTICATED = 16;
/** How often such a user is asked for, with pauses that double: six seconds in all. */
const USER_TRIES_MAX = 6;
const USER_PAUSE_MS = 100;

/**
 * Checks whether what answers at the address can be our store. Throws EventStoreDbUnusable if it never can, StoreUnavailable
 * if it may come later; both messages say what to do.
 */
export async function welcome(
  address: Address,
  connection: Connection,
  reader: LogReader,
  deadlineMs = HELLO_MS_MAX,
): Promise<Head> {
  try {
    checkVersion(address, await inTime(connection.client().then(versionOf), deadlineMs));
    return await headForUser(reader);
  } catch (error) {
    throw explain(address, error);
  }
}

/**
 * A server that starts for the first time makes its users only when it leads, and a node that joins a cluster must get them
 * first. Until then it takes no password, also not the right one.
 */
async function headForUser(reader: LogReader): Promise<Head> {
  for (let tries = 1; ; tries++) {
    try {
      return await reader.head();
    } catch (error) {
      if (tries === USER_TRIES_MAX || !isUserUnknown(error)) throw error;
      await pause(USER_PAUSE_MS * 2 ** tries);
    }
  }
}

const isUserUnknown = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  (error.cause as { code?: unknown } | undefined)?.code === UNAUTHENTICATED;

function checkVersion({ shown }: Address, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isKnown = /^\d/.test(version);
  if (isKnown && (major > VERSION_MIN[0] || (major === VERSION_MIN[0] && minor >= VERSION_MIN[1]))) return;
  const expected = `${VERSION_MIN.join('.')} or later is needed`;
  throw new EventStoreDbUnusable(
    shown,
    isKnown ? `its version is ${version}, but ${expected}` : `it does not say its version, and ${expected}`,
  );
}

/** What the error of a first call means, in words for whoever set the address. */
function explain(address: Address, error: unknown): Error {
  if (error instanceof EventStoreDbUnusable) return error;
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  const text = String((cause as Error | undefined)?.message);
  const { shown, isTls } = address;
  if (cause instanceof AccessDeniedError) {
    const who = address.user === undefined ? 'anybody (no user in the address)' : address.user.username;
    return new EventStoreDbUnusable(
      shown,
      `it does not allow ${who} to read $all. Check the password and the rights of that user`,
      {
        cause,
      },
    );
  }
  if (/certificate|self.signed|altname/i.test(text)) {
    return new EventStoreDbUnusable(
      shown,
      `its certificate is not trusted (${text}). Name its authority with tlsCAFile=…`,
      {
        cause,
      },
    );
  }
  const tls = isTls ? 'if it runs without TLS, add ?tls=false' : 'if it uses TLS, remove tls=false';
  return new StoreUnavailable(
    `No event store answers at ${shown} (${text}). Check that it is running; ${tls}.`,
    {
      cause,
    },
  );
}

async function inTime<T>(promise: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
