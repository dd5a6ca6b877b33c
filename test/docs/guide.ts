import { readFileSync } from 'node:fs';

/** Something that a guide tells its reader to do, or says will be so. */
export interface Step {
  /** What is found in a list of failed tests: the file, the line, and what kind of step it is. */
  readonly at: string;
  /** The language of a fenced block, or `now` for a line that says what there is. */
  readonly kind: string;
  /** What stands behind the language: `accepted`, `rejected WRONG_TYPE`, `answer`. */
  readonly words: readonly string[];
  readonly text: string;
}

const FENCE = /^```(\S*) ?(.*)$/;
/** A picture: there is nothing in it to try. */
const PICTURE = 'mermaid';
const NOW = '> Now: ';

/** The steps of one of our guides, in its order. */
export function stepsOf(file: string): readonly Step[] {
  const steps: Step[] = [];
  let open: { readonly kind: string; readonly words: string[]; readonly line: number } | undefined;
  let text: string[] = [];
  const end = (kind: string, words: readonly string[], line: number, body: string): void => {
    steps.push({ at: `${file}:${line} ${[kind, ...words].join(' ')}`, kind, words, text: body });
  };
  readFileSync(file, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const fence = FENCE.exec(line);
      if (fence !== null && open !== undefined) {
        if (open.kind !== PICTURE) end(open.kind, open.words, open.line, text.join('\n'));
        open = undefined;
      } else if (fence !== null) {
        open = { kind: fence[1]!, words: fence[2]!.split(' ').filter(Boolean), line: index + 1 };
        text = [];
      } else if (open !== undefined) text.push(line);
      else if (line.startsWith(NOW)) end('now', [], index + 1, line.slice(NOW.length));
    });
  return steps;
}

interface Request {
  readonly line: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

const HEADER = /^([A-Za-z-]+): (.*)$/;

/** Each begins with its method and path; headers have lines of their own, and all the rest is its body. */
export function requestsIn(text: string): readonly Request[] {
  return text.split(/\n(?=(?:GET|PUT|POST) )/).map((request) => {
    const [, line = '', rest = ''] = /^(\w+ \S+) ?(.*)$/s.exec(request) ?? [];
    const lines = rest.split('\n');
    const headers = lines.flatMap((each) => {
      const [, name, value] = HEADER.exec(each) ?? [];
      return name === undefined ? [] : [[name.toLowerCase(), value!] as const];
    });
    const body = lines
      .filter((each) => !HEADER.test(each))
      .join('\n')
      .trim();
    return { line, headers: Object.fromEntries(headers), body: body === '' ? undefined : body };
  });
}

const STOCK = /(on-hand|sellable|committed|reserved|in transit|incoming) (-?[\d.]*\d)/g;
const OFFER = /`([a-z0-9-]+)` may sell ([\d.]*\d)/g;
const NAMES: Readonly<Record<string, string>> = { 'on-hand': 'onHand', 'in transit': 'inTransit' };

/** "`MUG-RED` on-hand 12, committed 2; `web` may sell 10." */
export function stateIn(text: string): {
  readonly sku: string;
  readonly totals: Record<string, number>;
  readonly offers: Record<string, number>;
} {
  const sku = /^`([^`]+)` /.exec(text)?.[1];
  const said = text.slice((sku?.length ?? 0) + 2);
  const left = said.replaceAll(STOCK, '').replaceAll(OFFER, '').replaceAll('and', '');
  if (sku === undefined || /[^ ,;.]/.test(left)) throw new Error(`This cannot be compared: ${text}`);
  const totals = [...said.matchAll(STOCK)].map(([, name, n]) => [NAMES[name!] ?? name, Number(n)] as const);
  const offers = [...said.matchAll(OFFER)].map(([, channel, n]) => [channel, Number(n)] as const);
  return { sku, totals: Object.fromEntries(totals), offers: Object.fromEntries(offers) };
}
