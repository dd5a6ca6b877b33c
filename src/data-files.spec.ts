import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cursorKey } from './data-files.ts';
import { newServiceSecret, removeServiceFile, writeServiceFile } from './service-file.ts';

describe('the small files of the data directory', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'onhand-files-'))));
  afterEach(() => rmSync(directory, { recursive: true }));
  const modeOf = (file: string): number => statSync(join(directory, file)).mode & 0o777;

  it('say where the service is, to its owner only', () => {
    const service = { url: 'http://127.0.0.1:3000', secret: newServiceSecret(), pid: 1 };
    writeServiceFile(directory, service);
    expect(JSON.parse(readFileSync(join(directory, 'service.json'), 'utf8'))).toEqual(service);
    expect(modeOf('service.json')).toBe(0o600);
    removeServiceFile(directory);
    expect(() => statSync(join(directory, 'service.json'))).toThrow('ENOENT');
  });

  it('keep what cursors are sealed with over a restart', () => {
    const key = cursorKey(directory);
    expect(key).toHaveLength(32);
    expect(cursorKey(directory)).toEqual(key);
    expect(modeOf('cursor.key')).toBe(0o600);
  });
});
