import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const git = (...words: string[]): string[] =>
  execFileSync('git', words, { encoding: 'utf8' }).split('\n').filter(Boolean);

const files = git('ls-files', '--cached', '--others', '--exclude-standard').filter((file) =>
  existsSync(file),
);
const sources = files.filter((file) => /^(src|libs)\/.*\.ts$/.test(file));
const text = (file: string): string => readFileSync(file, 'utf8');
const offenders = (among: readonly string[], wrong: (content: string) => boolean): string[] =>
  among.filter((file) => wrong(text(file)));

/** What no other tool checks. */
describe('the house is tidy', () => {
  it('has no file too long to be read in one sitting', () => {
    expect(offenders(sources, (content) => content.split('\n').length > 420)).toEqual([]);
  });

  it('leaves no note to do something later', () => {
    const note = new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX\\b|HA', 'CK\\b'].join(''));
    expect(offenders(sources, (content) => note.test(content))).toEqual([]);
  });

  it('switches off no check', () => {
    const off = new RegExp(['eslint', '-disable|@ts-', '(ignore|expect-error|nocheck)'].join(''));
    expect(
      offenders(
        files.filter((file) => /\.[cm]?[jt]s$/.test(file)),
        (content) => off.test(content),
      ),
    ).toEqual([]);
  });

  it('skips no test for good and leaves none alone', () => {
    const parked = new RegExp(['\\b(describe|it|test)\\.', '(only|skip|todo)\\('].join(''));
    expect(
      offenders(
        files.filter((file) => file.endsWith('.spec.ts')),
        (content) => parked.test(content),
      ),
    ).toEqual([]);
  });

  it('names every room in the code map', () => {
    const map = text('ARCHITECTURE.md');
    const rooms = readdirSync('libs').map((room) => `libs/${room}`);
    expect(rooms.filter((room) => !map.includes(room))).toEqual([]);
  });

  it('lists every decision', () => {
    const index = text('docs/adr/README.md');
    const decisions = readdirSync('docs/adr').filter((file) => /^\d{4}-/.test(file));
    expect(decisions.filter((file) => !index.includes(file))).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
      text('package.json'),
    ) as Record<string, Record<string, string>>;
    const all = { ...dependencies, ...devDependencies, ...optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('gives every test something to expect', () => {
    const specs = files.filter((file) => file.endsWith('.spec.ts'));
    expect(offenders(specs, (content) => !/expect|assert|[Cc]ontract/.test(content))).toEqual([]);
  });
});
