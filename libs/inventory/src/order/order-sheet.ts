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
  /** Line ids taken. */
  readonly names: Set<string>;
  nextNumber: number;
  unnamedCount: number;
}

export interface Row {
  line: string;
  readonly item: string;
  readonly name?: string;
  /** A confirmed reservation told of it: which one of all such lines. */
  announced?: number;
  /** And no fact yet. */
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

/** What was told of a row so far; `cancelled` is what took effect, for it was open at its time. */
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
 * By its name and item; without a name, by item: the first that has something left, else the first, else a new one.
 * What was announced without names takes the name of the first line of its item.
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

/** What a confirmed reservation tells of the order: lines that have no names yet. */
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

/** Whatever its facts say of the item, it was held as it was held. */
const ANNOUNCED = -1;

/** All have been read: what is still without a name is shown under the next free numbers. */
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

/** Ids have no control characters. */
const rowName = (line: string, item: string): string => `${line}\n${item}`;
