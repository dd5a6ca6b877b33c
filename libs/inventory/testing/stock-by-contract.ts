import type { Quantity } from '#kernel';
import {
  compareFacts,
  type Count,
  type Entry,
  type Expect,
  inTransitAccount,
  type Move,
  onHandAccount,
  type Open,
  type Sweep,
} from '../src/entry.ts';

export const LOCATIONS = ['main', 'shop'];
export const SHELVES = ['sellable', 'damaged'] as const;

/** All that one message tells: it arrives as a whole. */
export type Told = readonly Entry[];

/** The stock of one item by place; what is 0 is left out. */
export interface Stock {
  readonly onHand: Record<string, Quantity>;
  readonly inTransit: Record<string, Quantity>;
  readonly incoming: Record<string, Quantity>;
  readonly committed: Quantity;
}

/** What the contract says of the set of all facts, regardless of how they arrived. */
export function stockByContract(told: readonly Told[], item: string): Stock {
  const entries = told.flat();
  const mine = entries.filter((entry) => entry.kind === 'sweep' || entry.sku === item);
  const moves = mine.filter((entry): entry is Move => entry.kind === 'move');
  const counts = mine.filter((entry): entry is Count => entry.kind === 'count');
  const sweeps = mine
    .filter((entry): entry is Sweep => entry.kind === 'sweep')
    .filter((sweep) => !counts.some((each) => isOfDocument(sweep, each)));
  const onHand = LOCATIONS.flatMap((where) =>
    SHELVES.map((what): [string, Quantity] => [
      onHandAccount(where, what),
      onHandByContract({ moves, counts, sweeps }, where, what),
    ]),
  );
  const opens = mine.filter((entry): entry is Open => entry.kind === 'open');
  const lastWords = new Map(opens.map((open) => [`${open.orderId} ${open.line}`, open.quantity]));
  const transits = LOCATIONS.map((where): [string, Quantity] => [where, inTransitByContract(moves, where)]);
  return {
    onHand: withoutZeros(onHand),
    inTransit: withoutZeros(transits),
    incoming: withoutZeros(incomingByContract(mine, moves)),
    committed: sumOf([...lastWords.values()]),
  };
}

const isOfDocument = (sweep: Sweep, { key: of, location: where }: Count): boolean =>
  sweep.location === where &&
  sweep.key.at === of.at &&
  sweep.key.source === of.source &&
  sweep.key.document === of.document;

interface Facts {
  readonly moves: readonly Move[];
  readonly counts: readonly Count[];
  readonly sweeps: readonly Sweep[];
}

function onHandByContract(
  { moves, counts, sweeps }: Facts,
  where: string,
  what: (typeof SHELVES)[number],
): Quantity {
  const here = [
    ...counts.filter((each) => each.location === where && each.disposition === what),
    ...sweeps.filter((each) => each.location === where).map((each) => ({ ...each, quantity: 0 })),
  ].sort((a, b) => compareFacts(a.key, b.key));
  const last = here.at(-1);
  const counted = last
    ? sumOf(here.filter((each) => compareFacts(each.key, last.key) === 0).map((each) => each.quantity))
    : 0;
  const account = onHandAccount(where, what);
  const isIn = (move: Move): boolean =>
    last === undefined ||
    move.key.at > last.key.at ||
    (last.watermark !== undefined &&
      move.key.source === last.key.source &&
      (move.sequence ?? 0) > last.watermark);
  return counted + sumOf(moves.filter(isIn).map((move) => signed(move, account)));
}

const signed = (move: Move, account: string): Quantity =>
  (move.to === account ? move.quantity : 0) - (move.from === account ? move.quantity : 0);

/** A transfer is one, wherever its goods arrive: what arrived elsewhere is not on its way here. For two locations. */
function inTransitByContract(moves: readonly Move[], where: string): Quantity {
  const balance = (transfer: string, at: string): Quantity =>
    sumOf(
      moves
        .filter((move) => move.key.document === transfer)
        .map((move) => signed(move, inTransitAccount(at))),
    );
  const elsewhere = LOCATIONS.find((each) => each !== where)!;
  const transfers = ['d1', 'd2'].map(
    (transfer) => balance(transfer, where) + Math.min(0, balance(transfer, elsewhere)),
  );
  return sumOf(transfers.map((left) => Math.max(0, left)));
}

function incomingByContract(entries: readonly Entry[], moves: readonly Move[]): [string, Quantity][] {
  const all = entries
    .filter((entry): entry is Expect => entry.kind === 'expect')
    .sort((a, b) => compareFacts(a.key, b.key));
  const open = ['po-1', 'po-2'].map((name): [string, Quantity] => {
    const words = all.filter(({ documentId }) => documentId === name);
    const last = words.at(-1);
    const expected = words.filter((word) => word.key === last?.key).map((word) => word.quantity);
    const received = moves.filter((move) => move.expectation === name).map((move) => move.quantity);
    return [last?.location ?? '', Math.max(0, sumOf(expected) - sumOf(received))];
  });
  return LOCATIONS.map((where) => [
    where,
    sumOf(open.filter(([of]) => of === where).map(([, quantity_]) => quantity_)),
  ]);
}

export const sumOf = (values: readonly Quantity[]): Quantity =>
  values.reduce((total, value) => total + value, 0);

export const withoutZeros = (values: readonly (readonly [string, Quantity])[]): Record<string, Quantity> =>
  Object.fromEntries(values.filter(([, value]) => value !== 0));
