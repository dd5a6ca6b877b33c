import type { Cell, Page } from '../terminal/page.ts';
import { number } from '../terminal/words.ts';
import type { ExplainAnswer, Term } from './answers.ts';

/** What stands before a term in the sum, in the order of the formula. */
const SIGNS: Readonly<Record<string, string>> = {
  sellable: '+',
  committed: '−',
  reserved: '−',
  locationSafetyStock: '−',
  safetyStock: '−',
  ringFenced: '−',
  buffer: '−',
  percent: '×',
  cap: 'at most',
  stopAt: '0 from',
  decimals: 'decimals',
  unitsPer: '÷',
};
/** Messages named beside a term; the rest is counted. */
const MESSAGES_SHOWN = 3;

/** The sum as one would write it on paper, with what is behind each term. */
export function showExplanation(
  explanation: ExplainAnswer,
  page: Page,
  { channel, listing }: { readonly channel: string; readonly listing: string },
): void {
  page.line(
    `${page.paint('bold', `${channel} ${listing}`)} may sell ${page.paint('bold', number(explanation.available))}`,
  );
  page.line(page.paint('dim', `version ${explanation.version}`));
  for (const { sku, required, available, terms } of explanation.components ?? []) {
    page.line();
    page.line(
      `${page.paint('bold', sku)}: ${number(available)} available, ${number(required)} needed for one`,
    );
    showTerms(terms, page);
  }
  page.line();
  showTerms(explanation.terms, page);
  if (explanation.policies.length === 0) return;
  page.line();
  page.table(
    ['policy of', 'sets', 'to', 'position'],
    explanation.policies.map(({ scope, field, value, position }) => [scope, field, words(value), position]),
  );
}

function showTerms(terms: readonly Term[], page: Page): void {
  if (terms.length === 0) return;
  page.table(
    ['', 'term', 'location', 'value', 'messages'],
    terms.map(({ name, value, location, events }): Cell[] => [
      SIGNS[name] ?? '',
      name,
      location,
      name === 'percent' ? `${number(value)} %` : number(value),
      messagesOf(events),
    ]),
  );
}

function messagesOf(events: Term['events']): string {
  const named = events.flatMap(({ message }) =>
    message === null ? [] : [`${message.source} ${message.id}`],
  );
  const more = named.length - MESSAGES_SHOWN;
  return [...named.slice(-MESSAGES_SHOWN), ...(more > 0 ? [`and ${number(more)} earlier`] : [])].join(', ');
}

const words = (value: unknown): Cell => (typeof value === 'number' ? number(value) : JSON.stringify(value));
