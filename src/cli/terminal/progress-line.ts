import type { Progress } from '../command.ts';
import type { Out } from './page.ts';
import { cut, duration, number } from './words.ts';

const REWRITE_EVERY_MS = 100;
const PLAIN_LINE_EVERY_MS = 10_000;
const BAR_COLUMNS = 24;

/**
 * How far a long command is, on standard error, so that standard output stays clean: one line rewritten on a
 * terminal; a plain line every ten seconds in a log, in CI and on a dumb terminal.
 */
export class ProgressLine {
  readonly #out: Out;
  readonly #rewrites: boolean;
  #step = '';
  #stepStartedAt = 0;
  #doneAtStart = 0;
  #shownAt: number;

  constructor(out: Out, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#rewrites = out.isTTY === true && env.TERM !== 'dumb' && (env.CI === undefined || env.CI === '');
    this.#shownAt = this.#rewrites ? -Infinity : performance.now(); // A short command says nothing in a log.
  }

  /** Costs nothing between two lines shown. */
  readonly report = (progress: Progress): void => {
    const now = performance.now();
    if (progress.step !== this.#step) this.#begin(progress, now);
    if (now - this.#shownAt < (this.#rewrites ? REWRITE_EVERY_MS : PLAIN_LINE_EVERY_MS)) return;
    this.#shownAt = now;
    const text = this.#text(progress, now);
    this.#out.write(this.#rewrites ? `\r\u001b[2K${cut(text, (this.#out.columns || 80) - 1)}` : `${text}\n`);
  };

  /** Leaves a clean line behind. */
  end(): void {
    if (this.#rewrites && this.#step !== '') this.#out.write('\r\u001b[2K');
    this.#step = '';
  }

  #begin(progress: Progress, now: number): void {
    this.#step = progress.step;
    this.#stepStartedAt = now;
    this.#doneAtStart = progress.done ?? 0;
    if (this.#rewrites) this.#shownAt = -Infinity; // Its first numbers may be long in coming.
  }

  #text({ step, done, total, unit = '' }: Progress, now: number): string {
    if (done === undefined) return step;
    const seconds = (now - this.#stepStartedAt) / 1_000;
    const rate = seconds < 0.5 ? 0 : (done - this.#doneAtStart) / seconds;
    const parts = [step];
    if (total !== undefined && total > 0)
      parts.push(`${bar(done / total)} ${Math.floor((100 * done) / total)} %`);
    parts.push(`${number(done)}${total === undefined ? '' : ` of ${number(total)}`} ${unit}`.trimEnd());
    if (rate > 0) parts.push(`${number(Math.round(rate))}/s`);
    if (rate > 0 && total !== undefined && total > done)
      parts.push(`${duration((1_000 * (total - done)) / rate)} left`);
    return parts.join('  ');
  }
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_COLUMNS);
  return '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full);
}
