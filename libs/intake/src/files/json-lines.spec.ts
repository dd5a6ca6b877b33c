import { gzipSync } from 'node:zlib';
import { MESSAGE_BYTES_MAX } from '../limits.ts';
import { messageExample } from '../messages/examples.ts';
import { bytesSource } from '../../testing/bytes-source.ts';
import { FileUnreadable, fileSource, unpacked } from './byte-source.ts';
import type { FileReading } from './file-reading.ts';
import { readJsonLines } from './json-lines.ts';

const clock = { now: () => Date.parse('2026-11-20T12:00:00Z') };
const good = JSON.stringify(messageExample('sale.completed'));

async function readAll(bytes: Uint8Array | string, source?: string): Promise<FileReading[]> {
  const file = bytesSource(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  const readings: FileReading[] = [];
  for await (const batch of readJsonLines(file, { clock, source })) readings.push(...batch);
  return readings;
}
const outcome = (reading: FileReading): string => {
  if ('skipped' in reading) return reading.skipped;
  return 'problems' in reading ? reading.problems[0].code : 'ok';
};

describe('a JSON Lines file', () => {
  it('is one message a line, each for itself, with its line', async () => {
    const readings = await readAll(`\ufeff${good}\r\n\n{"id":\n[${good}]\n${good}`);
    expect(readings.map((reading) => [reading.line, outcome(reading)])).toEqual([
      [1, 'ok'],
      [2, 'blank-line'],
      [3, 'INVALID_JSON'],
      [4, 'OBJECT_REQUIRED'],
      [5, 'ok'],
    ]);
    expect(readings[2]).toMatchObject({ raw: '{"id":', rows: 1 });
  });

  it('may be empty', async () => {
    expect(await readAll('')).toEqual([]);
  });

  it('loses only the line that has a bad byte', async () => {
    const bytes = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from([0xff, 10]), Buffer.from(good)]);
    expect((await readAll(bytes)).map(outcome)).toEqual(['ok', 'INVALID_UTF8', 'ok']);
  });

  it('is read on after a line of 5 MB, of which only the beginning is kept', async () => {
    const readings = await readAll(`${good}\n${'x'.repeat(5_000_000)}\n${good}\n`);
    expect(readings.map(outcome)).toEqual(['ok', 'MESSAGE_TOO_LARGE', 'ok']);
    expect((readings[1] as { raw: Uint8Array }).raw).toHaveLength(1_024);
  });

  it('takes a line as long as a message may be, and none longer', async () => {
    const room = MESSAGE_BYTES_MAX - Buffer.byteLength(good);
    expect((await readAll(good + ' '.repeat(room))).map(outcome)).toEqual(['ok']);
    expect((await readAll(good + ' '.repeat(room + 1))).map(outcome)).toEqual(['MESSAGE_TOO_LARGE']);
  });

  it('is read the same in many pieces', async () => {
    const text = Array.from({ length: 3_000 }, (_, index) => good.replace('example', `é${index}`)).join('\n');
    expect((await readAll(text)).filter((reading) => outcome(reading) === 'ok')).toHaveLength(3_000);
  });

  it('may be packed by gzip', async () => {
    expect((await readAll(gzipSync(`${good}\n${good}\n`))).map(outcome)).toEqual(['ok', 'ok']);
  });

  it('has the source that the caller names, where a line names none', async () => {
    const { source, ...unsaid } = messageExample('sale.completed');
    const lines = [unsaid, { ...unsaid, source: null }, { ...unsaid, source }, { ...unsaid, time: 'soon' }];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    const readings = await readAll(text, 'sap');
    const tellers = readings.map((each) => ('message' in each ? each.message.source : outcome(each)));
    expect(tellers).toEqual(['sap', 'sap', source, 'TIMESTAMP_INVALID']);
    expect(readings[3]).toMatchObject({ source: 'sap', raw: JSON.stringify(lines[3]) });
    expect((await readAll(text)).map(outcome).slice(0, 2)).toEqual(['MISSING_FIELD', 'MISSING_FIELD']);
  });

  it('that is damaged or missing is refused', async () => {
    await expect(readAll(gzipSync(good.repeat(100)).subarray(0, 60))).rejects.toThrow(
      'unexpected end of file',
    );
    await expect(fileSource('/no/such/file.jsonl')).rejects.toThrow(FileUnreadable);
  });

  it.each([
    ['plain', (text: string): Uint8Array => Buffer.from(text)],
    ['gzip', (text: string): Uint8Array => gzipSync(text)],
  ])('of %s is let go of where its reader stops, be it at the first piece', async (_, packed) => {
    const letGo = Promise.withResolvers<string>();
    const pieces = function* (): Generator<Uint8Array> {
      try {
        for (;;) yield packed(`${good}\n`);
      } finally {
        letGo.resolve('let go of');
      }
    };
    const bytes = { name: 'sales', size: 1, open: () => unpacked(pieces()) };
    for await (const [reading] of readJsonLines(bytes, { clock })) {
      expect(outcome(reading!)).toBe('ok');
      break;
    }
    expect(await letGo.promise).toBe('let go of');
  });

  it.each(['/dev/null', '/tmp'])('cannot be %s, which is not a regular file', async (path) => {
    await expect(fileSource(path)).rejects.toThrow(/is not a regular file but a folder, a pipe or a device/);
  });
});
