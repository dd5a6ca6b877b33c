import { fileURLToPath } from 'node:url';
import { BadSettings, readSettings, SETTING_NAMES, settingWarnings, showSettings } from './environment.ts';

const problemsOf = (variables: Record<string, string>): readonly string[] => {
  try {
    readSettings(variables);
    return [];
  } catch (error) {
    if (error instanceof BadSettings) return error.problems;
    throw error;
  }
};

describe('settings', () => {
  it('starts on a laptop with nothing set', () => {
    expect(readSettings({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 3000,
      DATA_DIR: './data',
      EVENT_STORE: 'sqlite',
      AUTH: 'keys',
      SHARDS: 16,
      WEBHOOK_ALLOW_PRIVATE: false,
    });
  });

  it('reads text into values', () => {
    const settings = readSettings({ PORT: '8080', WEBHOOK_ALLOW_PRIVATE: 'true', ROLES: 'http, posting' });
    expect(settings).toMatchObject({ PORT: 8080, WEBHOOK_ALLOW_PRIVATE: true, ROLES: ['http', 'posting'] });
  });

  it('keeps nothing that it does not name', () => {
    expect(Object.keys(readSettings({ HOME: '/root', PATH: '/bin', TERM: 'dumb' })).sort()).toEqual(
      Object.keys(readSettings({})).sort(),
    );
  });

  it('names every wrong one at once', () => {
    const problems = problemsOf({ PORT: '80a', AUTH: 'maybe', SHARDS: '0', LOG_LEVEL: '' });
    expect(problems).toHaveLength(4);
    expect(problems.join('\n')).toContain('PORT must be a whole number from 0 to 65535, got "80a"');
  });

  it.each([
    ['a port with a letter', { PORT: '80a' }, 'PORT must be'],
    ['a port too great', { PORT: '70000' }, 'PORT must be'],
    ['a port below 0', { PORT: '-1' }, 'PORT must be'],
    ['a hexadecimal port', { PORT: '0x50' }, 'PORT must be'],
    [
      'a flag that is neither',
      { WEBHOOK_ALLOW_PRIVATE: 'yes' },
      'WEBHOOK_ALLOW_PRIVATE must be true or false',
    ],
    ['a misspelt name', { LOGLEVEL: 'info' }, 'LOGLEVEL is not a setting: did you mean LOG_LEVEL?'],
    ['a misspelt list', { KAFKA_BROKRS: 'a:1' }, 'did you mean KAFKA_BROKERS?'],
    ['letters swapped', { PROT: '80' }, 'did you mean PORT?'],
    ['brokers, empty', { KAFKA_BROKERS: '' }, 'KAFKA_BROKERS is empty'],
    ['a broker without a port', { KAFKA_BROKERS: 'a' }, 'host:port, got "a"'],
    ['a broker with a space', { KAFKA_BROKERS: 'a b:9092' }, 'KAFKA_BROKERS must be'],
    ['a certificate that is not there', { KAFKA_SSL: 'true', KAFKA_SSL_CA: '/no/such' }, 'a readable file'],
    [
      'a file without a certificate',
      { KAFKA_SSL: 'true', KAFKA_SSL_CA: fileURLToPath(import.meta.url) },
      'a file of certificates (PEM)',
    ],
    ['the root as data directory', { DATA_DIR: '/' }, 'DATA_DIR must be'],
    ['a topic bound to a bad source', { KAFKA_EVENT_TOPICS: 'a=B!' }, 'KAFKA_EVENT_TOPICS must be'],
    ['a role that is none', { ROLES: 'http,cook' }, 'ROLES must be'],
    ['a role twice', { ROLES: 'http,http' }, 'ROLES must be'],
    ['a secret nobody filled in', saslWith('changeme'), 'not a placeholder'],
    ['keys off for the world', { AUTH: 'off', HOST: '0.0.0.0' }, 'AUTH=off is for loopback only'],
    ['half a login', { KAFKA_SASL_USERNAME: 'u' }, 'belong together'],
    ['a login in the clear', { ...saslWith('s3cr3t'), KAFKA_BROKERS: 'k.example:9092' }, 'unencrypted'],
    ['a store of another kind', { EVENT_STORE: 'postgres://localhost' }, 'esdb:// or kurrentdb:// address'],
    ['a share that is none', { SHARD: '3/2' }, 'a part of a whole'],
    ['more shares than shards', { SHARD: '1/32', EVENT_STORE: 'esdb://localhost:2113' }, 'SHARDS is only 16'],
    ['a share of a log that nobody else has', { SHARD: '1/2' }, 'set EVENT_STORE'],
    ['a broker without a host', { KAFKA_BROKERS: ':9092' }, 'KAFKA_BROKERS must be'],
    ['a port of a broker that is none', { KAFKA_BROKERS: 'a:x' }, 'KAFKA_BROKERS must be'],
    ['a port of a broker with a fraction', { KAFKA_BROKERS: 'a:1.5' }, 'KAFKA_BROKERS must be'],
    ['a port 0 of a broker', { KAFKA_BROKERS: 'a:0' }, 'KAFKA_BROKERS must be'],
    ['a port of a broker too great', { KAFKA_BROKERS: 'a:65536' }, 'KAFKA_BROKERS must be'],
    ['two letters wrong in a long name', { KAFKA_BROKR: 'a:1' }, 'did you mean KAFKA_BROKERS?'],
    ['a certificate without TLS', { KAFKA_SSL_CA: fileURLToPath(import.meta.url) }, 'KAFKA_SSL is not true'],
    ['the share before the first', { SHARD: '0/2' }, 'a part of a whole'],
    ['a topic bound twice', { KAFKA_EVENT_TOPICS: 'a=web=pos' }, 'KAFKA_EVENT_TOPICS must be'],
    ['a topic that Kafka would not make', { KAFKA_AVAILABILITY_TOPIC: '..' }, 'a topic name'],
    ['messages of such a topic', { KAFKA_EVENT_TOPICS: '.=web' }, 'KAFKA_EVENT_TOPICS must be'],
    ['a topic that is none', { KAFKA_EVENT_TOPICS: 'a b' }, 'KAFKA_EVENT_TOPICS must be'],
    ['a placeholder in other letters', saslWith('ChangeMe'), 'not a placeholder'],
    ['a topic twice', { KAFKA_EVENT_TOPICS: 'a=web,a' }, 'names a twice'],
    ['one topic for two uses', { KAFKA_ORDERS_TOPIC: 'onhand.availability' }, 'a separate topic'],
    ['the shards beside messages', { KAFKA_EVENT_TOPICS: 'onhand.shards' }, 'OnHand uses itself'],
    ['its own words as messages', { KAFKA_EVENT_TOPICS: 'onhand.orders' }, 'which OnHand uses itself'],
  ])('refuses %s', (_, variables, message) => {
    expect(problemsOf(variables).join('\n')).toContain(message);
  });

  it.each([
    ['the last port of a broker', { KAFKA_BROKERS: 'a:65535' }],
    ['brokers elsewhere that want no login', { KAFKA_BROKERS: 'k.example:9092' }],
    ['a login over TLS', { ...saslWith('s3cr3t'), KAFKA_BROKERS: 'k.example:9092', KAFKA_SSL: 'true' }],
    ['a login in the clear on this machine', { ...saslWith('s3cr3t'), KAFKA_BROKERS: '[::1]:9092' }],
    ['keys for the world', { HOST: '0.0.0.0' }],
    ['keys off at a name of this machine', { AUTH: 'off', HOST: 'localhost' }],
    ['keys off at an address of this machine', { AUTH: 'off', HOST: '127.1.2.3' }],
    ['keys off at its address in IPv6', { AUTH: 'off', HOST: '::1' }],
    ['keys off at its address in brackets', { AUTH: 'off', HOST: '[::1]' }],
    ['a KurrentDB by its longer name', { EVENT_STORE: 'kurrent://db:2113' }],
    ['a cluster of KurrentDB by its shortest name', { EVENT_STORE: 'kdb+discover://db' }],
    ['as many shares as shards', { SHARD: '16/16', EVENT_STORE: 'esdb://db:2113' }],
    ['all of a log of its own', { SHARD: '1/1' }],
    ['a topic that begins with two dots', { KAFKA_ORDERS_TOPIC: '..orders' }],
    ['a topic bound to a source, and one that is not', { KAFKA_EVENT_TOPICS: 'a=web, b' }],
    ['a flag said out', { KAFKA_SSL: 'false' }],
    ['a number with spaces around it', { PORT: ' 8080 ' }],
  ])('takes %s', (_, variables) => {
    expect(problemsOf(variables)).toEqual([]);
  });

  it('says nothing of what settings mean together while one of them is wrong', () => {
    expect(problemsOf({ AUTH: 'off', HOST: 'a b' })).toEqual([expect.stringContaining('HOST must be')]);
  });

  it('lets neighbours of short names alone', () => {
    expect(problemsOf({ PATH: '/bin', HOME: '/root', HOSTNAME: 'x', PWD: '/' })).toEqual([]);
  });

  it('never shows a secret, neither in an error nor when printed', () => {
    const wrong = {
      ...saslWith('hunter2-secret'),
      KAFKA_SASL_MECHANISM: 'telepathy',
      EVENT_STORE: 'esdb://a:b c',
    };
    expect(problemsOf(wrong).join('\n')).not.toContain('hunter2');
    const shown = showSettings({
      ...readSettings({}),
      KAFKA_SASL_PASSWORD: 'hunter2',
      EVENT_STORE: 'esdb://admin:hunter2@db:2113',
    });
    expect(JSON.stringify(shown)).not.toContain('hunter2');
    expect(shown).toContainEqual({
      name: 'EVENT_STORE',
      value: 'esdb://admin:***@db:2113',
      isDefault: false,
    });
    expect(shown).toContainEqual({ name: 'KAFKA_SASL_PASSWORD', value: '***', isDefault: false });
  });

  it('masks only what is a secret', () => {
    const valueOf = (variables: Record<string, string>, wanted: string): unknown =>
      showSettings(readSettings(variables)).find(({ name }) => name === wanted)?.value;
    expect(valueOf({}, 'KAFKA_SASL_PASSWORD')).toBe('');
    expect(valueOf({ DATA_DIR: '/home/a:b@c' }, 'DATA_DIR')).toBe('/home/a:b@c');
    expect(valueOf({ EVENT_STORE: 'esdb://admin@db:2113' }, 'EVENT_STORE')).toBe('esdb://admin@db:2113');
    expect(problemsOf({ EVENT_STORE: 'admin:hunter2@db' }).join()).toContain('got "***@db"');
    expect(problemsOf({ EVENT_STORE: 'http://db?defaultCredentials=on:hunter2' }).join()).toContain(
      'got "http://db?defaultCredentials=***"',
    );
  });

  it('shows every setting', () => {
    expect(showSettings(readSettings({})).map(({ name }) => name)).toEqual(SETTING_NAMES);
    expect(SETTING_NAMES).toContain('KAFKA_SASL_PASSWORD');
  });
});

it('warns where roles are left out that no other process can have', () => {
  const warned = (settings: Record<string, string>): string => settingWarnings(readSettings(settings)).join();
  expect(warned({ ROLES: 'http,intake' })).toContain('leaves out posting and publishing');
  expect(warned({ ROLES: 'http,posting,publishing' })).toBe('');
  expect(warned({ ROLES: 'http', EVENT_STORE: 'esdb://db:2113' })).toBe('');
});

it('warns where a process takes messages by Kafka alone, and there is no Kafka', () => {
  const warned = (settings: Record<string, string>): string =>
    settingWarnings(readSettings({ EVENT_STORE: 'esdb://db:2113', ...settings })).join();
  expect(warned({ ROLES: 'intake' })).toContain('nothing to do');
  expect(warned({ ROLES: 'intake', KAFKA_BROKERS: 'localhost:9092' })).toBe('');
  expect(warned({ ROLES: 'http,intake' })).toBe('');
});

it('warns of a password that goes to the brokers without TLS', () => {
  const warned = (settings: Record<string, string>): string => settingWarnings(readSettings(settings)).join();
  const here = { KAFKA_BROKERS: 'localhost:9092' };
  expect(warned({ ...saslWith('s3cr3t'), ...here })).toContain('is sent to the brokers without TLS');
  expect(warned({ ...saslWith('s3cr3t'), ...here, KAFKA_SSL: 'true' })).toBe('');
  expect(warned(here)).toBe('');
  expect(warned(saslWith('s3cr3t'))).toBe('');
});

function saslWith(password: string): Record<string, string> {
  return { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: password };
}
