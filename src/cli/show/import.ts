import type { ImportResult } from '../commands/import.ts';
import type { Page } from '../terminal/page.ts';
import { count, duration, number } from '../terminal/words.ts';

/** What became of every line, then the messages, then the proof. */
export function showImport(result: ImportResult, page: Page): void {
  const { lines, messages, seconds, dryRun, newSource, proof } = result;
  const rate = seconds > 0 ? `, ${number(Math.round(lines.read / seconds))} a second` : '';
  page.line(`${count(lines.read, 'line')} in ${duration(seconds * 1_000)}${rate}`);
  page.line();
  page.table(
    ['lines', ''],
    [
      [dryRun ? 'would be posted' : 'posted', lines.posted],
      ['duplicate', lines.duplicate],
      ['parked (see `onhand parked`)', lines.parked],
      ...Object.entries(result.skippedBy).map(([rule, rows]) => [`skipped: ${rule}`, rows]),
      ...Object.entries(result.rejectedBy).map(([code, rows]) => [`rejected: ${code}`, rows]),
    ].filter(([, rows]) => rows !== 0),
  );
  if (newSource !== undefined) page.line(newSourceWords(newSource, dryRun));
  if (!dryRun && lines.read > 0) page.line(`messages: ${messageWords(messages)}`);
  showTroubles(result, page, !dryRun);
  if (proof !== undefined) showProof(proof, lines.read, page);
  if (dryRun) page.line('Nothing was stored: this was a dry run.');
}

/** Under a name misspelt, what was told before is told anew: whoever reads it sees it in time. */
const newSourceWords = (source: string, dryRun: boolean): string =>
  `${source} ${dryRun ? 'is' : 'was'} not registered as a source: the import ${dryRun ? 'would register' : 'has registered'} it.`;

const messageWords = (messages: ImportResult['messages']): string =>
  Object.entries<number>({ ...messages })
    .filter(([, value]) => value > 0)
    .map(([outcome, value]) => `${number(value)} ${outcome}`)
    .join(', ');

/** Only what was told is kept: of a dry run, the others show when these are mended. */
export function showTroubles(
  { troubles, troublesLeftOut }: Pick<ImportResult, 'troubles' | 'troublesLeftOut'>,
  page: Page,
  isKept: boolean,
): void {
  if (troubles.length === 0) return;
  page.line();
  page.table(
    ['line', 'code', 'what to do'],
    troubles.map(({ line, code, detail }) => [line, code, detail]),
  );
  if (troublesLeftOut === 0) return;
  const where = isKept
    ? 'see all of them with `onhand rejected`'
    : 'correct these and run it again to see them';
  page.line(`And ${number(troublesLeftOut)} more; ${where}.`);
}

function showProof(proof: NonNullable<ImportResult['proof']>, read: number, page: Page): void {
  page.line();
  if (!proof.holds) {
    page.line(page.paint('red', `It does not add up: ${JSON.stringify(proof)}`));
    return;
  }
  const tick = page.paint('green', '✓');
  page.line(`${tick} all ${count(read, 'line')} ended as exactly one of these`);
  page.line(`${tick} everything is posted and shown: position ${number(proof.positions.projected)}`);
  page.line(`${tick} the accounts of ${count(proof.items, 'item')} sum to 0`);
}
