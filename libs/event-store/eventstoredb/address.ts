import { EventStoreDbUnusable } from './event-store-db.faults.ts';

/** The address of the store, checked. */
export interface Address {
  /** In the form that the client reads. */
  readonly connectionString: string;
  /** For messages: without the password. */
  readonly shown: string;
  readonly isTls: boolean;
  /** The login, if the address has one. */
  readonly user: { readonly username: string; readonly password: string } | undefined;
  /** What works but should be changed. */
  readonly warnings: readonly string[];
}

const ADDRESS =
  /^(?:esdb|kurrentdb|kurrent|kdb)(?<discover>\+discover)?:\/\/(?:(?<user>[^@/?]*)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<options>.*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::(?<port>\d{1,5}))?$/;
const PORT_MAX = 65_535;
const DEFAULT_PASSWORD = 'changeit';

/** Reads `esdb://…`, `esdb+discover://…` and the same as `kurrentdb`, `kurrent` or `kdb`. Throws EventStoreDbUnusable. */
export function readAddress(url: string): Address {
  const shown = withoutPassword(url.trim());
  const parts = ADDRESS.exec(url.trim())?.groups;
  if (parts?.['hosts'] === undefined || !parts['hosts'].split(',').every(isHost)) {
    throw new EventStoreDbUnusable(
      shown,
      'it is not such an address. Write esdb://user:password@host:2113 or esdb+discover://name',
    );
  }
  const told = optionsOf(shown, parts['options'] ?? '');
  const { tlsVerifyCert, ...options } = told;
  const isTls = options['tls'] !== 'false';
  const user = readUser(shown, parts['user']);
  // Conflicts must be thrown: in an answer the client gives the wrong revision.
  options['throwOnAppendFailure'] = 'true';
  options['connectionName'] ??= 'onhand';
  const query = Object.entries(options)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const login = parts['user'] === undefined ? '' : `${parts['user']}@`;
  return {
    connectionString: `esdb${parts['discover'] ?? ''}://${login}${parts['hosts']}?${query}`,
    shown,
    isTls,
    user,
    warnings: warningsOf(isTls, user, tlsVerifyCert),
  };
}

/** For people. The password itself may contain an @, if somebody forgot to write it as %40. */
const withoutPassword = (url: string): string =>
  url.replace(/(:\/\/[^:@/?]*):.*@/, '$1:***@').replace(/(?<=\?).*$/s, withoutUnknownValues);

/** Nobody knows whether the value of an option that does not exist is a secret, such as defaultCredentials=user:password. */
const withoutUnknownValues = (query: string): string =>
  query.replaceAll(/([^&=]*)=([^&]*)/g, (option: string, told: string) =>
    nameOf(told) === undefined ? `${told}=***` : option,
  );

function isHost(text: string): boolean {
  const found = HOST.exec(text);
  const port = Number(found?.groups?.['port'] ?? 1);
  return found !== null && port > 0 && port <= PORT_MAX;
}

const isFlag = (value: string): boolean => value === 'true' || value === 'false';
const isCount = (value: string): boolean => /^[1-9]\d{0,8}$/.test(value);
/** -1 means that none are sent. */
const isKeepAlive = (value: string): boolean => value === '-1' || isCount(value);
const isText = (value: string): boolean => value !== '';

/** The client's options, and a check of the value of each. */
const OPTIONS: Readonly<Record<string, (value: string) => boolean>> = {
  tls: isFlag,
  tlsCAFile: isText,
  tlsVerifyCert: isFlag,
  userCertFile: isText,
  userKeyFile: isText,
  connectionName: isText,
  nodePreference: (value) => ['leader', 'follower', 'readonlyreplica', 'random'].includes(flat(value)),
  throwOnAppendFailure: isFlag,
  defaultDeadline: isCount,
  discoveryInterval: isCount,
  gossipTimeout: isCount,
  keepAliveInterval: isKeepAlive,
  keepAliveTimeout: isKeepAlive,
  maxDiscoverAttempts: isCount,
  dnsDiscover: isFlag,
};

/**
 * The options by the client's names, which may be written in any case, and with dashes or underscores. Unknown options and
 * wrong values are refused here: the client would print the whole address with its password, or never connect.
 */
function optionsOf(shown: string, query: string): Record<string, string> {
  const options: Record<string, string> = {};
  for (const option of query.split('&').filter((each) => each !== '')) {
    const [told = '', ...rest] = option.split('=');
    const name = nameOf(told);
    if (name === undefined) {
      const known = Object.keys(OPTIONS).join(', ');
      throw new EventStoreDbUnusable(
        shown,
        `it has the option ${told}, which does not exist. Use one of: ${known}`,
      );
    }
    const value = decoded(shown, rest.join('=').trim());
    if (!OPTIONS[name]!(value))
      throw new EventStoreDbUnusable(shown, `its option ${name} cannot be "${value}"`);
    options[name] = encodeURIComponent(value);
  }
  return options;
}

const nameOf = (told: string): string | undefined =>
  Object.keys(OPTIONS).find((known) => flat(known) === flat(told));

const flat = (name: string): string => name.trim().toLowerCase().replaceAll(/[-_]/g, '');

function decoded(shown: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new EventStoreDbUnusable(
      shown,
      'it has a % that is not followed by two hex digits. Write % itself as %25',
    );
  }
}

function readUser(shown: string, login: string | undefined): Address['user'] {
  if (login === undefined) return undefined;
  const [username = '', password = '', ...rest] = login.split(':');
  if (username === '' || password === '' || rest.length > 0) {
    throw new EventStoreDbUnusable(
      shown,
      'the part before the @ is not user:password. Write it so, with other signs as %xx',
    );
  }
  return { username: decoded(shown, username), password: decoded(shown, password) };
}

function warningsOf(isTls: boolean, user: Address['user'], tlsVerifyCert: string | undefined): string[] {
  const warnings: string[] = [];
  if (user?.password === DEFAULT_PASSWORD) {
    warnings.push(
      `${user.username} still has the default password of EventStoreDB, which everybody knows: change it`,
    );
  }
  if (!isTls && user !== undefined) {
    warnings.push(
      'with tls=false the user and password of the address are not sent, and the server lets anybody in: use TLS',
    );
  }
  if (tlsVerifyCert === 'false') {
    warnings.push('tlsVerifyCert has no effect: name the certificate authority with tlsCAFile instead');
  }
  return warnings;
}
