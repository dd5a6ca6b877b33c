import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent } from 'undici';
import { isRefusedAddress } from './webhook-url.ts';

/** What one name resolves to: `dns.lookup` with `all`. */
export type Lookup = (
  host: string,
  options: LookupOptions & { all: true },
  done: (error: Error | null, found: LookupAddress[]) => void,
) => void;

type Connected = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

const CONNECT_MS_MAX = 3_000;
const ANSWER_MS_MAX = 10_000;

/** The code of a message that was not sent because its address is not allowed. */
const URL_NOT_ALLOWED = 'URL_NOT_ALLOWED';

/**
 * Connections of one channel's webhook. It uses no proxy, follows no redirect, and connects only to the very address that
 * it has checked: a name that resolves to another address a moment later cannot get around the check.
 */
export function openAgent(options: {
  readonly allowPrivate: boolean;
  readonly connections: number;
  readonly lookup?: Lookup;
  /** How long the connection and the answer may each take. */
  readonly waitMsMax?: number;
}): Agent {
  const lookup = options.lookup ?? dnsLookup;
  return new Agent({
    connections: options.connections,
    headersTimeout: options.waitMsMax ?? ANSWER_MS_MAX,
    bodyTimeout: options.waitMsMax ?? ANSWER_MS_MAX,
    connect: {
      timeout: options.waitMsMax ?? CONNECT_MS_MAX,
      lookup: (host: string, wanted: LookupOptions, done: Connected) =>
        lookup(host, { ...wanted, all: true }, (error, found) => {
          if (error) return done(error, []);
          const refused = options.allowPrivate
            ? undefined
            : found.find((one) => isRefusedAddress(one.address));
          if (refused !== undefined) return done(notAllowed(host, refused.address), []);
          const first = found[0];
          if (wanted.all || first === undefined) return done(null, found);
          return done(null, first.address, first.family);
        }),
    },
  });
}

const notAllowed = (host: string, address: string): Error =>
  Object.assign(new Error(`${host} resolves to ${address}, which is not a public address`), {
    code: URL_NOT_ALLOWED,
  });
