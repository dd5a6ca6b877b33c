import type { Quantity } from '#kernel';
import type { OrderMessageType } from '../document/told-message.ts';
import type { FactKey } from '../entry.ts';
import type { Component, OrderAnnounced } from '../journal-event.ts';
import type { OrderFactLine, OrderPart } from './order-state.ts';

/** An order while its facts are being read. */
export interface Sheet {
  readonly rows: Row[];
  readonly byName: Map<string, Row>;
  readonly byItem: Map<string, Row[]>;
  /** Line ids that are in use. */
  readonly names: Set<string>;
  nextNumber: number;
  unnamedCount: number;
}

export interface Row {
  line: string;
  readonly item: string;
  readonly name?: string;
  /** If a confirmed reservation told of it: its number among all such rows. */
  announced?: number;
  /** Only a confirmed reservation told of it, and no fact yet. */
  isUnnamed?: true;
  sku?: string;
  components?: readonly Component[];
  since: number;
  isParked: boolean;
  location?: string;
  /** Of the message that told the location. */
  locatedBy?: FactKey;
  readonly told: Tally;
  readonly posted: Tally;
  readonly shipments: Part[];
  readonly returns: Part[];
}

/** What was told of a row so far; `cancelled` is only what took effect, because it was open at that time. */
export interface Tally {
  ordered: Quantity;
  /** Of the message that told `ordered`. */
  orderedBy?: FactKey;
  cancelled: Quantity;
  shipped: Quantity;
  returned: Quantity;
  refunded: Quantity;
}

export type Part = Omit<OrderPart, 'excess'>;

export const emptySheet = (): Sheet => ({
  rows: [],
  byName: new Map(),
  byItem: new Map(),
  names: new Set(),
  nextNumber: 1,
  unnamedCount: 0,
});

const emptyTally = (): Tally => ({ ordered: 0, cancelled: 0, shipped: 0, returned: 0, refunded: 0 });

export const openOf = ({ ordered, shipped, cancelled }: Tally): Quantity =>
  Math.max(0, ordered - shipped - cancelled);

/**
 * Finds a line's row by name and item; without a name, by item: the first with something left, else the first, else a
 * new one. A row that was announced without a name takes the name of the first line of its item.
 */
export function rowFor(sheet: Sheet, type: OrderMessageType, line: OrderFactLine): Row {
  if (line.line !== undefined) {
    const known = sheet.byName.get(rowName(line.line, line.item));
    if (known !== undefined) return known;
    const unnamed = sheet.unnamedCount > 0 && sheet.byItem.get(line.item)?.find((row) => row.isUnnamed);
    return unnamed ? nameRow(sheet, unnamed, line.line) : addRow(sheet, line.line, line);
  }
  const rows = sheet.byItem.get(line.item);
  if (rows === undefined) return addRow(sheet, nextName(sheet), line);
  const row = rows.find((each) => leftOf(each.told, type) > 0) ?? rows[0]!;
  return row.isUnnamed ? nameRow(sheet, row, nextName(sheet)) : row;
}

function nextName(sheet: Sheet): string {
  while (sheet.names.has(String(sheet.nextNumber))) sheet.nextNumber++;
  return String(sheet.nextNumber);
}

function nameRow(sheet: Sheet, row: Row, line: string): Row {
  delete row.isUnnamed;
  sheet.unnamedCount--;
  row.line = line;
  sheet.names.add(line);
  sheet.byName.set(rowName(line, row.item), row);
  return row;
}

/** The rows that a confirmed reservation tells of: they have no names yet. */
export function announcedRows(sheet: Sheet, { lines }: OrderAnnounced): readonly Row[] {
  return lines.map(({ sku, quantity, components }) => {
    const row = emptyRow('', sku);
    row.announced = sheet.rows.length;
    row.isUnnamed = true;
    sheet.unnamedCount++;
    row.sku = sku;
    row.since = ANNOUNCED;
    if (components !== undefined) row.components = components;
    row.told.ordered = quantity;
    row.posted.ordered = quantity;
    putRow(sheet, row);
    return row;
  });
}

/** Before any revision: the meaning of what was held comes before that of any fact's line. */
const ANNOUNCED = -1;

/** After all facts have been read: rows that are still unnamed are shown under the next free numbers. */
export function nameRest(sheet: Sheet): void {
  if (sheet.unnamedCount === 0) return;
  for (const row of sheet.rows) {
    if (!row.isUnnamed) continue;
    row.line = nextName(sheet);
    sheet.names.add(row.line);
  }
}

/** How much a message of this type could still be about. */
function leftOf(tally: Tally, type: OrderMessageType): Quantity {
  if (type === 'order.returned') return tally.shipped - tally.returned;
  if (type === 'order.refunded') return Math.max(tally.ordered, tally.shipped) - tally.refunded;
  return openOf(tally);
}

function addRow(sheet: Sheet, line: string, { item, name }: OrderFactLine): Row {
  const row = emptyRow(line, item, name);
  putRow(sheet, row);
  sheet.names.add(line);
  sheet.byName.set(rowName(line, item), row);
  return row;
}

const emptyRow = (line: string, item: string, name?: string): Row => ({
  line,
  item,
  ...(name !== undefined && { name }),
  since: Number.POSITIVE_INFINITY,
  isParked: false,
  told: emptyTally(),
  posted: emptyTally(),
  shipments: [],
  returns: [],
});

function putRow(sheet: Sheet, row: Row): void {
  sheet.rows.push(row);
  const ofItem = sheet.byItem.get(row.item);
  if (ofItem === undefined) sheet.byItem.set(row.item, [row]);
  else ofItem.push(row);
}

/** Unambiguous: ids have no control characters. */
const rowName = (line: string, item: string): string => `${line}\n${item}`;
