import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../environment.ts';
import { OnHand } from '../service.ts';
import { commandLine } from '../../test/fixtures/command-line.ts';

/** Every way in which a command can end, by its code. Each says in one sentence what to do next. */

const folder = mkdtempSync(join(tmpdir(), 'onhand-exit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
const env = { DATA_DIR: path('data') };
const write = (name: string, text: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n';
const row = (invoice: string, quantity: string): string =>
  `${invoice},85123A,A LANTERN,${quantity},2010-12-01 08:26:00,2.55,17850,United Kingdom\n`;

beforeAll(async () => {
  const made = await commandLine(['keys', 'create', '--role', 'admin', '--json'], env);
  expect(made.exitCode).toBe(0);
  write('good.csv', HEADER + row('1', '6') + row('2', '3'));
  write('one-bad-row.csv', HEADER + row('1', '6') + row('3', 'many'));
  write('no-header.csv', 'a,b\n1,2\n');
  write('bad-mapping.json', '{"name":"x"}');
  write('here-already', '');
});

describe.each([
  ['is done', ['import', path('good.csv'), '--mapping', 'online-retail'], 0, ''],
  ['does not know the command', ['inport'], 64, 'Did you mean import?'],
  ['does not find the item', ['item', 'NONE'], 65, 'ITEM_UNKNOWN'],
  ['does not find the channel', ['availability', 'web'], 65, 'CHANNEL_UNKNOWN'],
  ['does not find the listing', ['explain', 'web', 'X'], 65, 'CHANNEL_UNKNOWN'],
  ['does not find the timeline', ['timeline', 'NONE'], 65, 'ITEM_UNKNOWN'],
  ['reads no such time', ['item', '85123A', '--known-at', 'yesterday'], 65, 'INVALID_PARAMETER'],
  ['reads no such cursor', ['parked', '--cursor', 'made-up'], 65, 'CURSOR_INVALID'],
  ['makes no key for nobody', ['keys', 'create', '--channel', 'nobody'], 65, 'CHANNEL_UNKNOWN'],
  [
    'is given a key for its id',
    ['keys', 'revoke', `oh_0123456789abcdef_${'x'.repeat(43)}`],
    64,
    'Name the id',
  ],
  ['does not find the key', ['keys', 'revoke', '0123'], 65, 'KEY_UNKNOWN'],
  ['has a line rejected', ['import', path('one-bad-row.csv'), '--mapping', 'online-retail'], 65, ''],
  ['reads no such header', ['import', path('no-header.csv'), '--mapping', 'online-retail'], 65, 'CSV_HEADER'],
  ['is told a source that can be none', ['import', path('good.csv'), '--source', 'Bad Id'], 64, '--source: '],
  ['is told no mapping', ['import', path('good.csv')], 65, 'MAPPING_REQUIRED'],
  [
    'does not know the mapping',
    ['import', path('good.csv'), '--mapping', 'online-retial'],
    65,
    'did you mean online-retail?',
  ],
  [
    'cannot use the mapping',
    ['import', path('good.csv'), '--mapping', path('bad-mapping.json')],
    65,
    'MISSING_FIELD',
  ],
  ['restores into no full folder', ['restore', path('good.csv')], 65, 'FOLDER_NOT_EMPTY'],
  [
    'does not find the file',
    ['import', path('none.csv'), '--mapping', 'online-retail'],
    74,
    'FILE_UNREADABLE',
  ],
  [
    'reads no folder',
    ['import', folder, '--mapping', 'online-retail'],
    74,
    'is not a regular file but a folder',
  ],
  ['overwrites no file', ['export', path('here-already')], 74, 'nothing is overwritten'],
  ['overwrites no file', ['backup', path('here-already')], 74, 'DATA_FILE_UNUSABLE'],
])('a command that %s', (_, words, code, said) => {
  it(`ends with ${code}`, async () => {
    const { exitCode, stderr } = await commandLine(words, env);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(said) });
    expect(stderr).not.toContain('xxxx');
    if (code !== 64 && said !== '') expect(stderr).toMatch(/^onhand: [A-Z_]+: [^\n]+\n$/);
  });
});

it('ends with 65 where there is no data yet, and makes none', async () => {
  const { exitCode, stderr } = await commandLine(['verify'], { DATA_DIR: path('nowhere') });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 65,
    stderr: expect.stringContaining('There is no data in'),
  });
});

it('ends with 74 where the restored file is no backup', async () => {
  const { exitCode, stderr } = await commandLine(['restore', path('good.csv')], { DATA_DIR: path('new') });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 74,
    stderr: expect.stringContaining('DATA_FILE_UNUSABLE'),
  });
});

it('restores over what an attempt that was killed has left, and from nothing but a file', async () => {
  const [backup, DATA_DIR] = [path('whole.bak'), path('killed')];
  expect((await commandLine(['backup', backup], env)).exitCode).toBe(0);
  mkdirSync(DATA_DIR);
  for (const name of ['lock.db', 'lock.pid', 'events.db.partial', 'events.db.partial-journal'])
    writeFileSync(join(DATA_DIR, name), 'half');
  rmSync(join(DATA_DIR, 'lock.db'));
  for (const words of [['start'], ['verify']])
    expect(await commandLine(words, { DATA_DIR })).toMatchObject({
      exitCode: 74,
      stderr: expect.stringContaining('`onhand restore` did not complete it. Run that again'),
    });
  const { exitCode, stderr } = await commandLine(['restore', folder], { DATA_DIR });
  expect({ exitCode, stderr }).toEqual({ exitCode: 74, stderr: expect.stringContaining('it is a folder') });
  const signal = AbortSignal.abort();
  expect(await commandLine(['restore', backup], { DATA_DIR }, { signal })).toMatchObject({ exitCode: 130 });
  expect(await commandLine(['restore', backup], { DATA_DIR })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(readdirSync(DATA_DIR).sort()).toEqual(['events.db', 'lock.db']);
});

it.each([
  ['backup', ['backup', path('told.bak')], env],
  ['restore', ['restore', path('told.bak')], { DATA_DIR: path('told') }],
])('shows how far a %s is while it checks what it made', async (_, words, folderOf) => {
  const { exitCode, stderr } = await commandLine(words, { ...folderOf, TERM: 'xterm' }, { isTerminal: true });
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/checking the files .* 0 % {2}0 of \d+ checks/);
});

it('ends with 74 where a digit of an event has changed on the disk, and names the event', async () => {
  const [backup, DATA_DIR] = [path('before.bak'), path('flipped')];
  await commandLine(['import', path('good.csv'), '--mapping', 'online-retail'], env);
  expect((await commandLine(['backup', backup], env)).exitCode).toBe(0);
  expect((await commandLine(['restore', backup], { DATA_DIR })).exitCode).toBe(0);
  for (const file of [backup, join(DATA_DIR, 'events.db')]) flipADigit(file);
  for (const words of [['start'], ['verify'], ['item', '85123A'], ['backup', path('after.bak')]])
    expect(await commandLine(words, { DATA_DIR, PORT: '0' })).toMatchObject({
      exitCode: 74,
      stderr: expect.stringMatching(/DATA_FILE_UNUSABLE: .*the event at position \d+ is damaged/),
    });
  expect(await commandLine(['restore', backup], { DATA_DIR: path('flipped-again') })).toMatchObject({
    exitCode: 74,
    stderr: expect.stringMatching(
      /DATA_FILE_UNUSABLE: .*an event that has changed since it was written: \d+/,
    ),
  });
});

function flipADigit(file: string): void {
  const bytes = readFileSync(file);
  const found = '"quantity":';
  bytes[bytes.indexOf(found) + found.length]! ^= 1;
  writeFileSync(file, bytes);
}

it('ends with 78 where the demo cannot listen at the port named', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { exitCode, stderr } = await commandLine(['demo', '--exit', '--port', String(port)], env);
  taken.close();
  expect({ exitCode, stderr }).toEqual({
    exitCode: 78,
    stderr: expect.stringMatching(/^onhand: CONFIGURATION: [^]*EADDRINUSE.*another port with --port/),
  });
});

it('ends with 64 where a log is to be copied onto itself', async () => {
  const place = `sqlite:${env.DATA_DIR}`;
  const { exitCode, stderr } = await commandLine(['copy', '--from', place, '--to', `${place}/`], env);
  expect({ exitCode, stderr }).toEqual({ exitCode: 64, stderr: expect.stringContaining('both name') });
});

it('ends with 73 where another process has the data, and no service is there to ask', async () => {
  const onhand = await OnHand.open(readSettings(env));
  try {
    const { exitCode, stderr } = await commandLine(['parked'], env);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 73,
      stderr: expect.stringMatching(
        /DATA_DIRECTORY_LOCKED: .* by process \d+\. Stop that process, or name another/,
      ),
    });
  } finally {
    await onhand.close();
  }
});

it('ends with 78 where a setting is wrong', async () => {
  const { exitCode, stderr } = await commandLine(['parked'], { ...env, PORT: 'eighty' });
  expect({ exitCode, stderr }).toEqual({ exitCode: 78, stderr: expect.stringContaining('PORT must be') });
});

it.each(['sqlite', 'esdb://127.0.0.1:1?tls=false'])(
  'ends with 78 where the data directory is a file, with the log in %s',
  async (EVENT_STORE) => {
    const inTheWay = { ...env, EVENT_STORE, DATA_DIR: path('good.csv') };
    for (const words of [['start'], ['verify'], ['import', path('good.csv'), '--mapping', 'online-retail']]) {
      const { exitCode, stderr } = await commandLine(words, inTheWay);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 78,
        stderr: expect.stringMatching(/^onhand: DATA_DIRECTORY_UNUSABLE: .*good.csv cannot be used/),
      });
    }
  },
);

describe('a command that is interrupted ends with 130, and says what is left of it', () => {
  it.each([
    [
      ['import', path('good.csv'), '--mapping', 'online-retail'],
      'kept. Running the same command again continues from',
    ],
    [['import', path('good.csv'), '--mapping', 'online-retail', '--dry-run'], 'Nothing was stored'],
    [
      ['export', path('cut.jsonl')],
      'No file was left behind. Running the same command again starts from the beginning.',
    ],
    [['export'], 'What was written is incomplete.'],
    [['verify'], 'Nothing was changed. Running the same command again starts from the beginning.'],
    [['rebuild'], 'Running the same command again starts from the beginning.'],
    [['backup', path('cut.bak')], 'Running the same command again starts from the beginning.'],
    [['demo', '--exit'], 'Its data is removed. Running the same command again starts from the beginning.'],
    [['demo', '--exit', '--dir', path('demo')], 'Name another empty folder'],
  ])('%j', async (words, said) => {
    const told = { ...env, PORT: '0' };
    const { exitCode, stderr } = await commandLine(words, told, { signal: AbortSignal.abort() });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 130,
      stderr: expect.stringContaining(`onhand: INTERRUPTED: Stopped before the end. `),
    });
    expect(stderr).toContain(said);
  });
});

describe('of more bad lines than are listed it is said how many there are, and how to see them:', () => {
  it.each([
    ['an import', [], 'And 2 more; see all of them with `onhand rejected`.'],
    ['a dry run', ['--dry-run'], 'And 2 more; correct these and run it again to see them.'],
  ])('%s', async (_, options, said) => {
    const rows = Array.from({ length: 22 }, (_row, index) => row(`9${index}`, 'many'));
    const words = [
      'import',
      write('bad.csv', HEADER + rows.join('')),
      '--mapping',
      'online-retail',
      ...options,
    ];
    const { stdout } = await commandLine(words, env);
    expect(stdout).toContain(said);
    const { troubles, troublesLeftOut } = JSON.parse((await commandLine([...words, '--json'], env)).stdout);
    expect([troubles.length, troublesLeftOut]).toEqual([20, 2]);
  });
});

describe('an export', () => {
  const left = (): string[] => readdirSync(folder).filter((name) => name.startsWith('told.jsonl'));
  const words = ['export', path('told.jsonl')];

  it('has its name only when it is whole: interrupted, it leaves nothing, and the same again does it', async () => {
    write('told.jsonl.partial', 'left by one that was killed');
    expect((await commandLine(words, env, { signal: AbortSignal.abort() })).exitCode).toBe(130);
    expect(left()).toEqual([]);
    expect(await commandLine(words, env)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(left()).toEqual(['told.jsonl']);
    rmSync(path('told.jsonl'));
  });

  it('of a folder without data leaves nothing behind, neither there nor here', async () => {
    mkdirSync(path('empty'));
    for (const name of ['nowhere', 'empty']) {
      const { exitCode, stderr } = await commandLine(words, { DATA_DIR: path(name) });
      expect({ exitCode, stderr }).toEqual({ exitCode: 65, stderr: expect.stringContaining('DATA_UNKNOWN') });
    }
    expect([left(), existsSync(path('nowhere')), readdirSync(path('empty'))]).toEqual([[], false, []]);
  });
});
