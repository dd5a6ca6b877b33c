import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ExceptionClosed,
  type ExceptionKind,
  exceptionKey,
  type ExceptionOpened,
  type ItemState,
} from '#inventory';
import type { RecordedEvent } from '#event-store';
import type { Instant } from '#kernel';
import type { ReadModel, Shelf, ShelfEntry } from '#read-model';

type ExceptionState = 'open' | 'cleared' | 'resolved';

/** One exception, which is kept after its end. */
export interface ExceptionRow
  extends Required<Pick<ExceptionOpened, 'claims'>>, Omit<ExceptionOpened, 'journal' | 'more' | 'claims'> {
  /** The position of the event that opened it, in decimal digits. */
  readonly id: string;
  readonly sku: string;
  readonly state: ExceptionState;
  readonly openedAt: Instant;
  readonly closedAt?: Instant;
  /** Position of the event that closed it. */
  readonly closedBy?: number;
  /** If it was resolved by hand: why, and by whom. */
  readonly reason?: string;
  readonly actor?: string;
}

/** What a list of exceptions is narrowed to: everything that is named must match. */
export interface ExceptionFilter {
  readonly kind?: ExceptionKind;
  readonly state?: ExceptionState;
  readonly sku?: string;
  readonly channel?: string;
}

/** Positions as text that sorts like numbers: 2^53 has 16 digits. */
const POSITION_DIGITS = 16;
/** Rows filtered in one turn of the event loop; other work gets turns in between. */
const LOOK_ROWS = 500;

/** Exceptions in the order in which they were opened. */
export class ExceptionShelf {
  readonly #shelf: Shelf<ExceptionRow>;

  constructor(readModel: ReadModel) {
    this.#shelf = readModel.shelf<ExceptionRow>({
      name: 'ledger-exceptions',
      version: 3,
      indexes: {
        state: ({ state }) => state,
        kind: ({ kind }) => kind,
        stateKind: ({ state, kind }) => `${state}/${kind}`,
        sku: ({ sku }) => sku,
        channel: ({ channel }) => channel ?? null,
        channelState: ({ channel, state }) => (channel === undefined ? null : `${channel}/${state}`),
      },
    });
  }

  get(id: string): ExceptionRow | undefined {
    return this.#shelf.get(keyOf(id));
  }

  /** Those that match the filter, after the id `after`, at most `limit`. */
  async list(
    filter: ExceptionFilter,
    page: { after?: string; limit: number },
  ): Promise<readonly ExceptionRow[]> {
    const found: ExceptionRow[] = [];
    let after = page.after === undefined ? undefined : keyOf(page.after);
    for (;;) {
      const rows = this.#rows(filter, after);
      for (const { row } of rows) {
        if (fits(row, filter)) found.push(row);
        if (found.length === page.limit) return found;
      }
      if (rows.length < LOOK_ROWS) return found;
      after = rows.at(-1)!.key;
      await nextTurn();
    }
  }

  /** `state` is the item's state with this event applied. */
  opened(sku: string, opened: ExceptionOpened, state: ItemState, { recordedAt }: RecordedEvent): void {
    const { kind, location, channel, orderId, quantity, claims } = opened;
    const id = String(state.exceptions[exceptionKey(opened)]!.position);
    const known = this.get(id);
    const named = { id, sku, kind, location, channel, orderId };
    this.#shelf.put(keyOf(id), {
      ...named,
      state: 'open',
      quantity,
      claims: claims ?? known?.claims ?? [],
      openedAt: known?.openedAt ?? recordedAt,
    });
  }

  closed(opened: number, { state, reason, actor }: ExceptionClosed, event: RecordedEvent): void {
    const row = this.get(String(opened));
    const { position: closedBy, recordedAt: closedAt } = event;
    if (row) this.#shelf.put(keyOf(row.id), { ...row, state, reason, actor, closedAt, closedBy });
  }

  /** Read by the index that leaves the fewest rows to filter. */
  #rows(
    { sku, channel, state, kind }: ExceptionFilter,
    after: string | undefined,
  ): readonly ShelfEntry<ExceptionRow>[] {
    const by = (index: string, equals: string): readonly ShelfEntry<ExceptionRow>[] =>
      this.#shelf.byIndex(index, {
        equals,
        limit: LOOK_ROWS,
        ...(after !== undefined && { after: { value: equals, key: after } }),
      });
    if (sku !== undefined) return by('sku', sku);
    if (channel !== undefined)
      return state === undefined ? by('channel', channel) : by('channelState', `${channel}/${state}`);
    if (kind !== undefined)
      return state === undefined ? by('kind', kind) : by('stateKind', `${state}/${kind}`);
    if (state !== undefined) return by('state', state);
    return this.#shelf.byKey({ limit: LOOK_ROWS, after });
  }
}

const keyOf = (id: string): string => id.padStart(POSITION_DIGITS, '0');

const fits = (row: ExceptionRow, { kind, state, sku, channel }: ExceptionFilter): boolean =>
  (kind === undefined || row.kind === kind) &&
  (state === undefined || row.state === state) &&
  (sku === undefined || row.sku === sku) &&
  (channel === undefined || row.channel === channel);
