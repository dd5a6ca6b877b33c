import { readAddress } from './address.ts';
import { EventStoreDbUnusable } from './index.ts';

describe('the address of an EventStoreDB', () => {
  it.each([
    ['esdb://db:2113?tls=false', 'esdb://db:2113?'],
    ['esdb://a:1,b:2,c:3?nodePreference=leader', 'esdb://a:1,b:2,c:3?nodePreference=leader&'],
    ['esdb+discover://cluster.example:2113', 'esdb+discover://cluster.example:2113?'],
    ['kurrentdb://db:2113/?tls=false', 'esdb://db:2113?tls=false&'],
    ['kurrentdb+discover://cluster.example', 'esdb+discover://cluster.example?'],
    ['kurrent://db:2113?tls=false', 'esdb://db:2113?tls=false&'],
    ['kdb+discover://cluster.example', 'esdb+discover://cluster.example?'],
    ['esdb://db?dnsDiscover=true&keepAliveInterval=-1', 'esdb://db?dnsDiscover=true&keepAliveInterval=-1&'],
  ])('%s goes to the client as %s', (url, expected) => {
    expect(readAddress(url).connectionString).toMatch(expected);
  });

  it('always makes the client throw a conflict', () => {
    const { connectionString } = readAddress(
      'esdb://db?throwOnAppendFailure=false&throw-on-append-failure=false',
    );

    expect(connectionString).toContain('throwOnAppendFailure=true');
    expect(connectionString).not.toContain('false');
  });

  it('is shown without its password, which is read with its escapes', () => {
    const { shown, user } = readAddress('esdb://on:hunter%40@db:2113');

    expect(shown).toBe('esdb://on:***@db:2113');
    expect(user).toEqual({ username: 'on', password: 'hunter@' });
  });

  it('warns of the default password, and of a password that is not sent', () => {
    expect(readAddress('esdb://admin:changeit@db').warnings).toEqual([
      expect.stringContaining('default password'),
    ]);
    expect(readAddress('esdb://onhand:strange@db?tls=false').warnings).toEqual([
      expect.stringContaining('not sent'),
    ]);
    expect(readAddress('esdb://onhand:strange@db').warnings).toEqual([]);
  });

  it.each([
    'http://db:2113',
    'esdb://',
    'esdb://user@db',
    'esdb://:secret@db',
    'esdb://db:99999',
    'esdb://db:0',
    'esdb://[::1]:2113',
    'esdb://db,,db',
    'esdb://user:100%@db',
    'esdb://db?tlz=false',
    'esdb://db?tls=flase',
    'esdb://db?tls',
    'esdb://db?tlsCAFile=',
    'esdb://db?tlsCAFile=%zz',
    'esdb://db?nodePreference=nearest',
    'esdb://db?keepAliveInterval=10s',
    'esdb://db?keepAliveTimeout=-2',
    'esdb://db?defaultDeadline=0',
  ])('refuses %s', (url) => {
    expect(() => readAddress(url)).toThrow(EventStoreDbUnusable);
  });

  it('says which option it does not know, and which there are', () => {
    expect(() => readAddress('esdb://db?tlz=false')).toThrow(
      /the option tlz, which does not exist\. Use one of: tls, tlsCAFile/,
    );
  });

  it.each(['esdb://on:hunter@2@db', 'esdb://on:hunter/2@db', 'esdb://on:hunter2@db?tlz=false'])(
    'refuses %s without a letter of its password',
    (url) => {
      expect(() => readAddress(url)).toThrow(/^esdb:\/\/on:\*\*\*@db/);
    },
  );

  it.each([
    'defaultCredentials=on:hunter2',
    'tls=false&password=hunter2',
    'userPassword=a=hunter2&tls=false',
  ])('refuses the unknown option in %s without its value, which may be a secret', (query) => {
    const refused = expect(() => readAddress(`esdb://db?${query}`));

    refused.toThrow(/=\*\*\*/);
    refused.not.toThrow(/hunter2/);
  });

  it('keeps the options that the client takes in any spelling, and leaves out one that has no effect', () => {
    const { connectionString, warnings } = readAddress(
      'esdb://on:hunter2@db?TLS-CA-File=/etc/a@b=c?.crt&tls-verify-cert=false&node_preference=leader',
    );

    expect(connectionString).toBe(
      'esdb://on:hunter2@db?tlsCAFile=%2Fetc%2Fa%40b%3Dc%3F.crt&nodePreference=leader' +
        '&throwOnAppendFailure=true&connectionName=onhand',
    );
    expect(warnings).toEqual([expect.stringContaining('tlsVerifyCert has no effect')]);
  });
});
