const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 5 });

/** `541,909`, `2.5`, `−3` with a real minus. */
export const number = (value: number): string => NUMBER.format(value).replace('-', '−');

/** `+3`, `−3`, `0`. */
export const signed = (value: number): string => (value > 0 ? `+${number(value)}` : number(value));

/** `2026-11-21T08:26:00.000Z` as people read it: `2026-11-21 08:26:00`, in UTC; milliseconds where there are any. */
export const time = (rfc3339: string): string =>
  rfc3339
    .replace('T', ' ')
    .replace(/(\.000)?Z$/, '')
    .replace(/\.(\d{3})Z$/, '.$1');

/** `1 line`, `2 lines`. */
export const count = (value: number, one: string): string =>
  `${number(value)} ${one}${value === 1 ? '' : 's'}`;

/** `850 ms`, `12.3 s`, `4 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * Text of others, safe to show: what could move the cursor or turn the writing around becomes a dot.
 * (A name or a raw message is whatever somebody sent.)
 */
export const printable = (text: string): string => text.replace(UNSAFE, '·');
const UNSAFE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** At most so many columns, with an ellipsis where something is missing. */
export function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join('')}…`;
}

/** Lines of at most so many columns, broken between words. Painted text is left whole. */
export function wrap(text: string, columns: number): string[] {
  if (text.includes('\u001b')) return [text];
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + word.length + 1 > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
