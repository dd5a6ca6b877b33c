import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadMapping } from '#intake';
import { commandLine, type Ended } from '../fixtures/command-line.ts';
import { onHand } from '../fixtures/process.ts';
import { type Running, startService } from '../http/harness.ts';
import { missingRows } from './rows.ts';

/** Rows 89–96 of the catalogue of bad input: settings and mappings. */
const folder = mkdtempSync(join(tmpdir(), 'onhand-'));
afterAll(() => rmSync(folder, { recursive: true }));

const check = (env: Record<string, string>): Promise<Ended> => commandLine(['config', 'check'], env);
const SASL = { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'u', KAFKA_SASL_PASSWORD: 's3cr3t' };

/** Each alone keeps the service from starting: exit 78, and this is said. */
const WRONG: readonly (readonly [row: number, title: string, env: Record<string, string>, says: string])[] = [
  [90, 'a misspelt setting', { KAFKA_BROKRS: 'a:1' }, 'did you mean KAFKA_BROKERS?'],
  [91, 'a port with a letter', { PORT: '80a' }, 'PORT must be a whole number from 0 to 65535, got "80a"'],
  [91, 'a port too great', { PORT: '70000' }, 'PORT must be'],
  [91, 'a port below 0', { PORT: '-1' }, 'PORT must be'],
  [91, 'a size in words', { SHARDS: '1MBB' }, 'SHARDS must be'],
  [92, 'no broker', { KAFKA_BROKERS: '' }, 'KAFKA_BROKERS is empty'],
  [92, 'a broker without a port', { KAFKA_BROKERS: 'kafka' }, 'host:port, got "kafka"'],
  [
    90,
    'a misspelt option',
    { EVENT_STORE: 'esdb://u:s3cr3t@db?tlz=false' },
    'the option tlz, which does not exist. Use one of: tls,',
  ],
  [91, 'a port of a store too great', { EVENT_STORE: 'esdb://db:99999' }, 'EVENT_STORE: esdb://db:99999'],
  [91, 'a flag misspelt', { EVENT_STORE: 'esdb://db?tls=flase' }, 'tls cannot be "flase"'],
  [94, 'a bare % in a password', { EVENT_STORE: 'esdb://u:s3cr3t%@db' }, 'Write % itself as %25'],
  [94, 'a bare @ in a password', { EVENT_STORE: 'esdb://u:2@s3cr3t@db' }, 'esdb://u:***@db cannot be used'],
  [94, 'a bare / in a password', { EVENT_STORE: 'esdb://u:2/s3cr3t@db' }, 'esdb://u:***@db cannot be used'],
  [94, 'a password in no address', { EVENT_STORE: 'esdb:/admin:s3cr3t@h:2113' }, 'got "***@h:2113"'],
  [94, 'a password in half an address', { EVENT_STORE: 'esdb//admin:s3cr3t@h' }, 'got "***@h"'],
  [94, 'a password without a scheme', { EVENT_STORE: 'admin:s3cr3t@h:2113' }, 'got "***@h:2113"'],
  [94, 'a password with a space', { EVENT_STORE: 'esdb://admin:a s3cr3t@h' }, 'got "esdb://admin:***@h"'],
  [94, 'a password for a broker', { KAFKA_BROKERS: 'admin:s3cr3t@h:9092' }, 'got "***@h:9092"'],
  [92, 'a broker with a space', { KAFKA_BROKERS: 'a b:9092' }, 'KAFKA_BROKERS must be'],
  [93, 'a certificate that is not there', { KAFKA_SSL: 'true', KAFKA_SSL_CA: '/no/such' }, 'a readable file'],
  [93, 'a certificate for no TLS', { KAFKA_SSL_CA: '/etc/hostname' }, 'KAFKA_SSL is not true'],
  [93, 'a login in the clear', { ...SASL, KAFKA_BROKERS: 'k.example:9092' }, 'unencrypted'],
  [94, 'a secret nobody filled in', { ...SASL, KAFKA_SASL_PASSWORD: 'changeme' }, 'not a placeholder'],
  [94, 'an empty secret', { ...SASL, KAFKA_SASL_PASSWORD: '' }, 'KAFKA_SASL_PASSWORD is empty'],
  [95, 'half a login', { KAFKA_SASL_USERNAME: 'u' }, 'belong together'],
  [95, 'keys off for the whole world', { AUTH: 'off', HOST: '0.0.0.0' }, 'AUTH=off is for loopback only'],
  [95, 'the root as data directory', { DATA_DIR: '/' }, 'DATA_DIR must be'],
];

it.each(WRONG)('row %d: %s', async (_, __, env, says) => {
  const { exitCode, stderr, stdout } = await check(env);
  expect([exitCode, stderr + stdout]).toEqual([78, expect.stringContaining(says)]);
  expect(stderr + stdout).not.toContain('s3cr3t');
});

const MORE: readonly (readonly [row: number, title: string, test: () => unknown])[] = [
  [
    89,
    'a settings file that cannot be read',
    async () => {
      const place = join(folder, 'place');
      mkdirSync(join(place, '.env'), { recursive: true });
      const { exitCode, stderr } = await onHand(['config', 'check'], {}, place);
      expect([exitCode, stderr]).toEqual([
        78,
        expect.stringContaining('.env cannot be read: it is a folder'),
      ]);
    },
  ],
  [
    89,
    'a line of a settings file that is none, a name said twice, and what is no text',
    async () => {
      const text = '\ufeff# mine\nPORT=0\nA="1\nB 2"\nAUTH off s3cr3t\nPORT=1\nC=\u0001\nD="s3cr3t\n';
      expect(await checkFile(text)).toEqual([
        78,
        [
          'onhand: CONFIGURATION: The settings are wrong:',
          '  .env, line 5: this is not NAME=value: write it so, or begin a comment with #',
          '  .env, line 6: PORT is already set on line 2: remove one of them',
          '  .env, line 7: this is not text: write NAME=value',
          '  .env, line 8: the quote that opens the value of D is never closed: close it',
          '',
        ].join('\n'),
      ]);
      const rubbish = Buffer.from([0x50, 0xff, 0xfe, 0x00]);
      expect(await checkFile(rubbish)).toEqual([78, expect.stringContaining('not UTF-8 text')]);
    },
  ],
  [
    89,
    'a byte order mark before the first setting is taken',
    async () => {
      expect(await checkFile('\ufeffPORT=0\r\nexport AUTH = "off" # for now\r\n')).toEqual([0, '']);
    },
  ],
  [
    89,
    'every mistake of a settings file is told at once, and none is passed over',
    async () => {
      writeFileSync(join(folder, '.env'), 'PORT=80a\nKAFKA_BROKRS=a:1\nSHARDS=0\n');
      const { exitCode, stderr } = await onHand(['config', 'check'], {}, folder);
      expect(exitCode).toBe(78);
      for (const name of ['PORT', 'SHARDS', 'KAFKA_BROKERS']) expect(stderr).toContain(name);
    },
  ],
  [
    94,
    'a secret among the words of the command is no option',
    async () => {
      const { exitCode } = await commandLine(['start', '--kafka-sasl-password', 'hunter2']);
      expect(exitCode).toBe(64);
    },
  ],
  [
    96,
    'a mapping that reaches where it must not, or runs what is not ours',
    () => {
      // There are no paths and no patterns in a mapping: a column is a name, and nothing is looked up by it.
      expect(codesOf({ column: '__proto__' })).toEqual(['MAPPING_PATH_FORBIDDEN']);
      expect(codesOf({ column: 'constructor' })).toEqual(['MAPPING_PATH_FORBIDDEN']);
      expect(codesOf({ column: 'a', regex: '(a+)+$' })).toEqual(['UNKNOWN_FIELD']);
      expect(codesOf({ path: 'a[*]..b' })).toContain('UNKNOWN_FIELD');
    },
  ],
  [
    96,
    'a kit of itself, however far round',
    async () => {
      const running: Running = await startService();
      try {
        await running.ask('PUT /v1/items/A', { name: 'A' });
        await running.ask('PUT /v1/items/B', { components: [{ sku: 'A', quantity: 1 }] });
        const { status, json } = await running.ask('PUT /v1/items/A', {
          components: [{ sku: 'B', quantity: 1 }],
        });
        expect([status, json.code]).toEqual([422, 'KIT_CYCLE']);
        expect(json.detail).toMatch(/A.*B.*A/);
      } finally {
        await running.stop();
      }
    },
  ],
];

it.each(MORE)('row %d: %s', async (_, __, test) => void (await test()));

it('every row from 89 to 96 is here', () => {
  expect(missingRows([...WRONG, ...MORE], 89, 96)).toEqual([]);
});

/** The exit code and the words of `config check` beside a `.env` of this. */
async function checkFile(content: string | Uint8Array): Promise<[number, string]> {
  const place = mkdtempSync(join(folder, 'beside-'));
  writeFileSync(join(place, '.env'), content);
  const { exitCode, stderr } = await onHand(['config', 'check'], {}, place);
  return [exitCode, stderr];
}

/** What is wrong with a mapping whose SKU is this expression. */
function codesOf(sku: object): string[] {
  const message = {
    type: 'sale.completed',
    groupBy: [{ column: 'Receipt' }],
    time: { column: 'Time', as: 'instant' },
    data: { saleId: { column: 'Receipt' }, location: { const: 'shop' } },
    line: { sku, quantity: { column: 'Count', as: 'quantity' } },
  };
  const mapping = { name: 'till', source: { id: 'till-1' }, rules: [{ name: 'sold', message }] };
  const loaded = loadMapping(JSON.stringify(mapping));
  return Array.isArray(loaded) ? loaded.map(({ code }) => code) : [];
}
