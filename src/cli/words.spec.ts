import { EXIT } from './exit-codes.ts';
import { commandLine } from '../../test/fixtures/command-line.ts';

describe('the words of the command line', () => {
  it.each([
    ['nothing at all', [], 64, 'Usage: onhand'],
    ['an unknown command', ['imprt'], 64, 'Did you mean import?'],
    ['an unknown option', ['import', 'x.csv', '--maping', 'y'], 64, 'Did you mean --mapping?'],
    ['a missing argument', ['explain', 'web'], 64, "missing required argument 'listing'"],
    ['an argument too many', ['item', 'a', 'b'], 64, 'too many arguments'],
    ['a group without its command', ['keys'], 64, 'Usage: onhand keys'],
    ['a key for nobody', ['keys', 'create'], 64, 'say whose key it is'],
    ['a key for two', ['keys', 'create', '--channel', 'a', '--source', 'b'], 64, 'cannot be used with'],
    ['a role that is none', ['keys', 'create', '--role', 'boss'], 64, 'Allowed choices are analyst, admin'],
    ['a limit that is none', ['parked', '--limit', 'many'], 64, 'a whole number from 1 to 1000'],
  ])('%s ends with its code and a sentence on standard error', async (_, words, code, sentence) => {
    const { exitCode, stdout, stderr } = await commandLine(words);
    expect(exitCode).toBe(code);
    expect(stderr).toContain(sentence);
    expect(stdout).toBe('');
  });

  it.each([[['--help']], [['import', '--help']], [['keys', 'create', '-h']], [['help', 'explain']]])(
    '%j helps on standard output and ends with 0',
    async (words) => {
      const { exitCode, stdout, stderr } = await commandLine(words);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain('Usage: onhand');
    },
  );

  it('names every exit code', async () => {
    const { stdout } = await commandLine(['--help']);
    const [, codes = ''] = /Exit codes: ([^.]*)/.exec(stdout) ?? [];
    expect(codes.match(/\d+/g)?.map(Number)).toEqual(Object.values(EXIT));
  });

  it('says which version it is', async () => {
    const { exitCode, stdout, stderr } = await commandLine(['--version']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('has --json on every command', async () => {
    const { stdout } = await commandLine(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '');
    const answering = names.filter((name) => !['help', 'keys', 'config', 'topics'].includes(name));
    const groups = [
      ['topics', 'create'],
      ['keys', 'create'],
      ['keys', 'list'],
      ['keys', 'revoke'],
      ['config', 'check'],
      ['config', 'print'],
    ];
    expect(answering.length).toBeGreaterThan(12);
    for (const words of [...answering.map((name) => [name]), ...groups]) {
      const help = await commandLine([...words, '--help']);
      expect(`${words.join(' ')}: ${help.stdout.includes('--json')}`).toBe(`${words.join(' ')}: true`);
    }
  });
});

describe('config', () => {
  it('check names everything that is wrong at once, and exits 78', async () => {
    const { exitCode, stderr } = await commandLine(['config', 'check'], { PORT: '80a', SHARDS: '0' });
    expect(exitCode).toBe(78);
    expect(stderr).toMatch(/PORT must be .*\n.*SHARDS must be/);
  });

  it('check --json is JSON either way', async () => {
    const right = await commandLine(['config', 'check', '--json']);
    expect([right.exitCode, JSON.parse(right.stdout)]).toEqual([0, { ok: true, problems: [], warnings: [] }]);
    const wrong = await commandLine(['config', 'check', '--json'], { PORT: '-1' });
    expect(wrong.exitCode).toBe(78);
    expect(JSON.parse(wrong.stdout)).toEqual({
      ok: false,
      problems: [expect.stringContaining('PORT')],
      warnings: [],
    });
  });

  it.each([
    [
      'KAFKA_SASL_PASSWORD is sent to the brokers without TLS',
      {
        KAFKA_BROKERS: '127.0.0.1:9092',
        KAFKA_SASL_MECHANISM: 'plain',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD: 's3cr3t',
      },
    ],
    ['EVENT_STORE: with tls=false the user and password', { EVENT_STORE: 'esdb://u:s3cr3t@db?tls=false' }],
  ])('check warns of what works and should not be left so: %s', async (words, env) => {
    const told = await commandLine(['config', 'check'], env);
    expect(told).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Warning: ${words}`) });
    const { stdout } = await commandLine(['config', 'check', '--json'], env);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, warnings: [expect.stringContaining(words)] });
    expect(told.stdout + stdout).not.toContain('s3cr3t');
  });

  it('print shows what is in force', async () => {
    const { exitCode, stdout } = await commandLine(['config', 'print', '--json'], { PORT: '4000' });
    expect(exitCode).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { name: string }[] };
    expect(items).toContainEqual({ name: 'PORT', value: '4000', isDefault: false });
  });

  it('of any command is read first: a wrong setting is 78, not a stack', async () => {
    const { exitCode, stderr } = await commandLine(['item', 'MUG'], { AUTH: 'maybe' });
    expect(exitCode).toBe(78);
    expect(stderr).toMatch(/^onhand: CONFIGURATION: .*AUTH must be one of keys, off/s);
  });
});
