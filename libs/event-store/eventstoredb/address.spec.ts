import { readAddress } from './address.ts';
import { EventStoreDbUnusable } from './index.ts';

describe('the address of an EventStoreDB', () => {
  it.each([
    ['esdb://db:2113?tls=false', 'esdb://db:2113?'],
    ['esdb://a:1,b:2,c:3?nodePreference=leader', 'esdb://a:1,b:2,c:3?nodePreference=leader&'],
    ['esdb+discover://cluster.example:2113', 'esdb+discover://cluster.example:2113?'],
    ['kurrentdb://db:2113/?tls=false', 'esdb://db:2113?tls=false&'],
    ['kurrentdb+discover://cluster.example', 'esdb+discover://cluster.example?'],
  ])('%s', (url, expected) => {
    expect(readAddress(url).connectionString).toMatch(expected);
  });

  it('never lets the client answer a conflict instead of throwing it', () => {
    const { connectionString } = readAddress(
      'esdb://db?throwOnAppendFailure=false&throw-on-append-failure=false',
    );

    expect(connectionString).toContain('throwOnAppendFailure=true');
    expect(connectionString).not.toContain('false');
  });

  it('shows no password, and reads it with its escapes', () => {
    const { shown, user } = readAddress('esdb://on:hunter%40@db:2113');

    expect(shown).toBe('esdb://on:***@db:2113');
    expect(user).toEqual({ username: 'on', password: 'hunter@' });
  });

  it('warns of what works and should not be left so', () => {
    expect(readAddress('esdb://admin:changeit@db').warnings).toEqual([
      expect.stringContaining('default password'),
    ]);
    expect(readAddress('esdb://onhand:strange@db?tls=false').warnings).toEqual([
      expect.stringContaining('not sent'),
    ]);
    expect(readAddress('esdb://onhand:strange@db').warnings).toEqual([]);
  });

  it.each(['http://db:2113', 'esdb://', 'esdb://user@db', 'esdb://:secret@db'])('refuses %s', (url) => {
    expect(() => readAddress(url)).toThrow(EventStoreDbUnusable);
  });
});
