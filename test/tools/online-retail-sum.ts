import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/**
 * Sums up the Online Retail file by itself: what the import must come to. It shares no code with OnHand, and
 * says every rule again in its own way, so that a mistake in one shows against the other.
 * `node --conditions=source test/tools/online-retail-sum.ts FILE [--json]`
 */
export interface OnlineRetailSum {
  readonly rows: number;
  readonly skipped: number;
  readonly returned: number;
  readonly adjusted: number;
  readonly completed: number;
  readonly skus: number;
  /** Invoices whose rows tell several times; that do not stand together; that have over 1,000 rows. */
  readonly invoicesWithSeveralTimes: number;
  readonly scatteredInvoices: readonly string[];
  readonly longInvoices: readonly string[];
  /** Messages beside the opening: an invoice by kind (an adjustment also by reason), 1,000 lines each. */
  readonly messages: number;
  readonly openingLines: number;
  /** By SKU, in units. */
  readonly opening: Readonly<Record<string, number>>;
  readonly onHand: Readonly<Record<string, number>>;
}

interface Row {
  readonly invoice: string;
  readonly code: string;
  readonly kind: 'skipped' | 'returned' | 'adjusted' | 'completed';
  readonly reason: string;
  /** What it does to stock. */
  readonly change: number;
  readonly date: string;
}

const NOT_GOODS = /^(POST|DOT|M|C2|D|S|B|BANK CHARGES|AMAZONFEE|CRUK|GIFT_.*)$/;
const DAY_MS = 86_400_000;
const MESSAGE_LINES = 1_000;

export function sumOnlineRetail(path: string): OnlineRetailSum {
  const rows = readRows(path);
  const goods = rows.filter(({ kind }) => kind !== 'skipped');
  const byItem = groupBy(goods, ({ code }) => code);
  const opening: Record<string, number> = {};
  const onHand: Record<string, number> = {};
  for (const [sku, changes] of byItem) {
    const start = openingOf(changes);
    if (start > 0) opening[sku] = start;
    onHand[sku] = changes.reduce((sum, { change }) => sum + change, start);
    checkNeverNegative(sku, start, changes);
  }
  const count = (kind: Row['kind']): number => rows.filter((row) => row.kind === kind).length;
  return {
    rows: rows.length,
    skipped: count('skipped'),
    returned: count('returned'),
    adjusted: count('adjusted'),
    completed: count('completed'),
    skus: byItem.size,
    ...sumInvoices(rows),
    messages: countMessages(goods),
    openingLines: Object.keys(opening).length,
    opening,
    onHand,
  };
}

function readRows(path: string): Row[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const [header, ...records] = text.split('\n').filter((line) => line.trim() !== '');
  const names = cells(header!);
  return records.map((record) => {
    const values = cells(record);
    return toRow(Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])));
  });
}

/** The cells of one line; this file has no line ends inside quotes. */
const cells = (line: string): string[] =>
  [...line.replace(/\r$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? bare! : quoted.replaceAll('""', '"'),
  );

function toRow(told: Record<string, string>): Row {
  const code = told['StockCode']!.trim().toUpperCase();
  const invoice = told['InvoiceNo']!.trim();
  const quantity = Number.parseInt(told['Quantity']!, 10);
  const kind = NOT_GOODS.test(code)
    ? 'skipped'
    : invoice[0] === 'C'
      ? 'returned'
      : told['CustomerID'] === '' && Number(told['UnitPrice']) === 0
        ? 'adjusted'
        : 'completed';
  const reason = kind === 'adjusted' ? told['Description']!.trim() || 'unspecified' : '';
  // A return is written with a negative quantity and comes in; a sale with a positive one and goes out.
  return {
    invoice,
    code,
    kind,
    reason,
    change: kind === 'adjusted' ? quantity : -quantity,
    date: told['InvoiceDate']!,
  };
}

/**
 * What must have been there: the most, over all days, of what had gone out by the end of that day less what
 * had come in by the end of the second day before.
 */
function openingOf(changes: readonly Row[]): number {
  const byDay = groupBy(changes, ({ date }) => date.slice(0, 10));
  const days = [...byDay.keys()].sort();
  const sums = days.map((day) => ({
    out: total(byDay.get(day)!, (change) => change < 0),
    in: total(byDay.get(day)!, (change) => change > 0),
  }));
  let need = 0;
  days.forEach((day, index) => {
    const known = days.findLastIndex((other) => Date.parse(other) <= Date.parse(day) - 2 * DAY_MS);
    const out = sums.slice(0, index + 1).reduce((sum, each) => sum + each.out, 0);
    const into = sums.slice(0, known + 1).reduce((sum, each) => sum + each.in, 0);
    need = Math.max(need, out - into);
  });
  return need;
}

const total = (rows: readonly Row[], isMeant: (change: number) => boolean): number =>
  rows.reduce((sum, { change }) => sum + (isMeant(change) ? Math.abs(change) : 0), 0);

/** Even where all that goes out on a minute goes before what comes in on it. */
function checkNeverNegative(sku: string, start: number, changes: readonly Row[]): void {
  const inTime = changes.toSorted((a, b) => a.date.localeCompare(b.date) || a.change - b.change);
  let sum = start;
  for (const { change, date } of inTime) {
    sum += change;
    if (sum < 0) throw new Error(`${sku} falls to ${sum} at ${date}.`);
  }
}

function sumInvoices(
  rows: readonly Row[],
): Pick<OnlineRetailSum, 'invoicesWithSeveralTimes' | 'scatteredInvoices' | 'longInvoices'> {
  const numbered = rows.map((row, number) => ({ ...row, number }));
  const invoices = groupBy(numbered, ({ invoice }) => invoice);
  const all = [...invoices];
  const named = (test: (rows: readonly (Row & { number: number })[]) => boolean): string[] =>
    all.filter(([, each]) => test(each)).map(([invoice]) => invoice);
  return {
    invoicesWithSeveralTimes: named((each) => new Set(each.map(({ date }) => date)).size > 1).length,
    scatteredInvoices: named((each) => each.at(-1)!.number - each[0]!.number + 1 !== each.length),
    longInvoices: named((each) => each.length > MESSAGE_LINES),
  };
}

function countMessages(goods: readonly Row[]): number {
  const documents = groupBy(goods, ({ invoice, kind, reason }) => JSON.stringify([invoice, kind, reason]));
  return [...documents.values()].reduce((sum, { length }) => sum + Math.ceil(length / MESSAGE_LINES), 0);
}

function groupBy<Each>(items: readonly Each[], key: (item: Each) => string): Map<string, Each[]> {
  const groups = new Map<string, Each[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new Error('Name the file.');
  const { opening, onHand, ...figures } = sumOnlineRetail(path);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ...figures, opening, onHand }));
  else {
    const total = (by: Readonly<Record<string, number>>): number =>
      Object.values(by).reduce((a, b) => a + b, 0);
    console.log({ ...figures, openingUnits: total(opening), onHandUnits: total(onHand) });
  }
}
