import { jest } from '@jest/globals';
import { Page } from './page.ts';
import { ProgressLine } from './progress-line.ts';
import { sparkline } from './sparkline.ts';
import { count, cut, duration, number, printable, signed, time } from './words.ts';

const sink = (more: object = {}): { text: string; write(text: string): void } => ({
  text: '',
  write(text: string) {
    this.text += text;
  },
  ...more,
});

describe('words', () => {
  it('writes numbers as people read them', () => {
    expect(number(541_909)).toBe('541,909');
    expect(number(2.50001)).toBe('2.50001');
    expect(signed(-3)).toBe('−3');
    expect(signed(3)).toBe('+3');
    expect(count(1, 'line')).toBe('1 line');
    expect(count(2_000, 'duplicate')).toBe('2,000 duplicates');
  });

  it('writes times and durations', () => {
    expect(time('2026-11-21T08:26:00.000Z')).toBe('2026-11-21 08:26:00');
    expect(time('2026-11-21T08:26:00.123Z')).toBe('2026-11-21 08:26:00.123');
    expect(duration(850)).toBe('850 ms');
    expect(duration(12_340)).toBe('12.3 s');
    expect(duration(119_900)).toBe('2 min 0 s');
  });

  it('takes the teeth out of what others wrote', () => {
    expect(printable('a\u001b[2Jb\u202ec\r\n')).toBe('a·[2Jb·c··');
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('abcd', 4)).toBe('abcd');
  });

  it('draws a line of bars', () => {
    expect(sparkline([0, 5, 10])).toBe('▁▅█');
    expect(sparkline([7, 7])).toBe('▁▁');
    expect(sparkline([])).toBe('');
    expect([
      ...sparkline(
        Array.from({ length: 1_000 }, (_, i) => i),
        10,
      ),
    ]).toHaveLength(10);
  });
});

describe('a page', () => {
  it('is plain text where nobody looks, and with NO_COLOR', () => {
    expect(new Page(sink(), {}).paint('red', 'x')).toBe('x');
    expect(new Page(sink({ isTTY: true }), { NO_COLOR: '1' }).paint('red', 'x')).toBe('x');
    expect(new Page(sink({ isTTY: true }), { TERM: 'dumb' }).paint('red', 'x')).toBe('x');
    expect(new Page(sink({ isTTY: true }), { TERM: 'xterm' }).paint('red', 'x')).toBe(
      '\u001b[31mx\u001b[39m',
    );
    expect(new Page(sink(), { FORCE_COLOR: '1' }).paint('red', 'x')).toBe('\u001b[31mx\u001b[39m');
  });

  it('aligns numbers to the right and shows no control character of a name', () => {
    const out = sink();
    new Page(out, {}).table(
      ['name', 'on hand'],
      [
        ['Mug\u001b[31m', 7],
        ['Plate', 1_200],
      ],
    );
    expect(out.text).toBe('name      on hand\nMug·[31m        7\nPlate       1,200\n');
  });

  it('cuts a long cell on a terminal only', () => {
    const long = 'word '.repeat(40).trim();
    const [piped, seen] = [sink(), sink({ isTTY: true })];
    for (const out of [piped, seen]) new Page(out, { TERM: 'dumb' }).table(['what to do'], [[long]]);
    expect(piped.text).toContain(long);
    expect(seen.text).toContain('…');
  });

  it('paints a cell after it was made safe', () => {
    const out = sink({ isTTY: true });
    new Page(out, { TERM: 'xterm' }).table([''], [[{ text: '\u001bx', style: 'red' }]]);
    expect(out.text).toContain('\u001b[31m·x\u001b[39m');
  });
});

describe('progress', () => {
  const tick = { step: 'importing', done: 50, total: 200, unit: 'lines' };

  it('rewrites one line on a terminal, and cleans it up', () => {
    const out = sink({ isTTY: true, columns: 40 });
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const progress = new ProgressLine(out, { TERM: 'xterm' });
    progress.report(tick);
    progress.report(tick); // Too soon after the first to be shown.
    clock.mockRestore();
    expect(out.text).toBe('\r\u001b[2Kimporting  ██████░░░░░░░░░░░░░░░░░░ 25…');
    progress.end();
    expect(out.text.endsWith('\r\u001b[2K')).toBe(true);
  });

  it('shows the next step at once, however soon it comes', () => {
    const out = sink({ isTTY: true });
    const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
    const progress = new ProgressLine(out, { TERM: 'xterm' });
    progress.report({ step: 'copying' });
    progress.report({ step: 'checking' });
    clock.mockRestore();
    expect(out.text).toBe('\r\u001b[2Kcopying\r\u001b[2Kchecking');
  });

  it.each([
    ['a pipe', {}, {}],
    ['CI', { isTTY: true }, { CI: 'true' }],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }],
  ])('writes no control character to %s, and nothing for a short command', (_, out, env) => {
    const err = sink(out);
    const progress = new ProgressLine(err, env);
    progress.report(tick);
    progress.end();
    expect(err.text).toBe('');
  });

  it('writes a plain line every ten seconds to a log', () => {
    const err = sink();
    const clock = jest.spyOn(performance, 'now');
    clock.mockReturnValue(0);
    const progress = new ProgressLine(err, {});
    progress.report({ ...tick, done: 0 });
    clock.mockReturnValue(10_000);
    progress.report(tick);
    clock.mockReturnValue(10_500);
    progress.report({ ...tick, done: 60 });
    clock.mockRestore();
    expect(err.text).toBe('importing  ██████░░░░░░░░░░░░░░░░░░ 25 %  50 of 200 lines  5/s  30.0 s left\n');
  });
});
