import { isWantOfDescriptors, SQLITE_CANTOPEN, SQLITE_CORRUPT } from './sqlite-error.ts';

const failure = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);

describe('a want of file descriptors', () => {
  it.each([
    ['opening a file', failure('EMFILE: too many open files, open "/x"', { code: 'EMFILE' })],
    ['beginning a thread', failure('Worker initialization failure: EMFILE')],
    ['loading a module', failure('Cannot read package config /x/package.json: too many open files.')],
    ['opening a database', failure('unable to open database file', { errcode: SQLITE_CANTOPEN })],
  ])('is known as one when %s', (_, cause) => {
    expect(isWantOfDescriptors(cause)).toBe(true);
  });

  it.each([
    ['a thread without memory', failure('Worker terminated due to reaching memory limit')],
    ['a damaged file', failure('database disk image is malformed', { errcode: SQLITE_CORRUPT })],
  ])('is not seen in %s', (_, cause) => {
    expect(isWantOfDescriptors(cause)).toBe(false);
  });
});
