import { EventStoreDbUnusable } from './event-store-db.faults.ts';

/** Where the store is, ready for the client. */
export interface Address {
  /** As the client reads it. */
  readonly connectionString: string;
  /** For messages: without the password. */
  readonly shown: string;
  readonly isTls: boolean;
  /** Who we are there, if the address says so. */
  readonly user: { readonly username: string; readonly password: string } | undefined;
  /** What works and should not be left so. */
  readonly warnings: readonly string[];
}

const ADDRESS =
  /^(?:esdb|kurrentdb|kurrent)(?<discover>\+discover)?:\/\/(?:(?<user>[^@/?]*)@)?(?<hosts>[^@/?]+)\/?(?:\?(?<options>.*))?$/;
const DEFAULT_PASSWORD = 'changeit';

/** Reads `esdb://…`, `esdb+discover://…` and the same as `kurrentdb`. Throws EventStoreDbUnusable. */
export function readAddress(url: string): Address {
  const shown = url.trim().replace(/(:\/\/[^:@/?]*):[^@/?]*@/, '$1:***@');
  const parts = ADDRESS.exec(url.trim())?.groups;
  if (parts?.['hosts'] === undefined) {
    throw new EventStoreDbUnusable(shown, 'expected esdb://user:password@host:2113 or esdb+discover://name');
  }
  const options = new Map(optionsOf(parts['options'] ?? ''));
  const isTls = options.get('tls') !== 'false';
  const user = readUser(shown, parts['user']);
  // A conflict is told by exception only: as an answer the client tells the wrong revision.
  options.set('throwOnAppendFailure', 'true');
  if (!options.has('connectionName')) options.set('connectionName', 'onhand');
  const query = [...options].map(([name, value]) => `${name}=${value}`).join('&');
  const login = parts['user'] === undefined ? '' : `${parts['user']}@`;
  return {
    connectionString: `esdb${parts['discover'] ?? ''}://${login}${parts['hosts']}?${query}`,
    shown,
    isTls,
    user,
    warnings: warningsOf(isTls, user, options),
  };
}

/** The client knows its options in any case, and with dashes or underscores. */
function optionsOf(query: string): [string, string][] {
  return query
    .split('&')
    .filter((option) => option !== '')
    .map((option): [string, string] => {
      const [name = '', value = ''] = option.split('=');
      const flat = name.toLowerCase().replaceAll(/[-_]/g, '');
      if (flat === 'tls') return ['tls', value];
      return flat === 'throwonappendfailure' ? ['throwOnAppendFailure', value] : [name, value];
    });
}

function readUser(shown: string, login: string | undefined): Address['user'] {
  if (login === undefined) return undefined;
  const [username = '', password = '', ...rest] = login.split(':');
  if (username === '' || password === '' || rest.length > 0) {
    throw new EventStoreDbUnusable(shown, 'expected user:password before the @, other signs as %xx');
  }
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

function warningsOf(isTls: boolean, user: Address['user'], options: ReadonlyMap<string, string>): string[] {
  const warnings: string[] = [];
  if (user?.password === DEFAULT_PASSWORD) {
    warnings.push(`${user.username} still has the default password of EventStoreDB: everybody knows it`);
  }
  if (!isTls && user !== undefined) {
    warnings.push('tls=false: the user and password of the address are not sent, whoever asks is let in');
  }
  if (options.get('tlsVerifyCert') === 'false') {
    warnings.push('tlsVerifyCert has no effect: name the authority with tlsCAFile');
  }
  return warnings;
}
