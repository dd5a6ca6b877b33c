import { assertNever, type Quantity } from '#kernel';
import type { Settle } from '../entry.ts';
import type { Draft } from './draft.ts';
import { type Party, setException } from './exceptions.ts';
import { endHoldsTaken, postHoldEnd } from './holds.ts';
import type { ItemEntry, Post } from './item-command.ts';
import type { ItemEvent } from './item-event.ts';
import { postCount } from './post-count.ts';
import { postExpectation } from './post-expectation.ts';
import { postMovement } from './post-movement.ts';
import {
  type HoldsTaken,
  judgePinned,
  postOpen,
  postOpenPast,
  promisedAhead,
  releaseShipped,
  settle,
} from './post-open.ts';
import { postSweep } from './post-sweep.ts';

/** After every so many entries of one fact an event is marked with how many are posted. */
const MARK_ENTRIES = 100;

/**
 * Carries all that one journal event does to this item into its books, or the rest of it where a part is in already.
 */
export function post(draft: Draft, command: Post, party: Party): undefined {
  const { entries, journal } = command;
  const hasOpens = entries.some(isOpen);
  const settled = entries.find(isSettle);
  const before = settled === undefined ? 0 : promisedAhead(draft.state, settled);
  const taken: HoldsTaken = hasOpens ? noneTaken() : NONE_TAKEN;
  const posting = { party, command, isByLine: hasOpens || settled !== undefined, taken, before };
  const { partly } = draft.state;
  for (let next = partly?.journal === journal ? partly.entries : 0; next < entries.length;) {
    postEntry(draft, entries[next++]!, posting);
    if (next % MARK_ENTRIES === 0) markPosted(draft.events.at(-1), next);
  }
  endHoldsTaken(draft, taken);
}

/** Marks how many entries are posted with this event. Without an event they did nothing, and may be posted again. */
export function markPosted(event: ItemEvent | undefined, entriesPosted: number): void {
  if (event !== undefined) Object.assign(event.data, { entriesPosted });
}

const isOpen = ({ kind }: ItemEntry): boolean => kind === 'open';
const isSettle = (entry: ItemEntry): entry is Settle => entry.kind === 'settle';
const noneTaken = (): HoldsTaken => new Map();
/** Shared by facts without open lines, which take no holds: it stays empty. */
const NONE_TAKEN = noneTaken();

interface Posting {
  readonly party: Party;
  readonly command: Post;
  /** True if the fact also says how much of the order's lines is open now. */
  readonly isByLine: boolean;
  readonly taken: HoldsTaken;
  /** What reservations had promised its order without naming a line, before this fact. */
  readonly before: Quantity;
}

function postEntry(draft: Draft, entry: ItemEntry, posting: Posting): void {
  const { party, command, taken } = posting;
  switch (entry.kind) {
    case 'move':
      if (!posting.isByLine) releaseShipped(draft, entry);
      return postMovement(draft, entry, party);
    case 'count':
      return postCount(draft, entry, party);
    case 'sweep':
      return postSweep(draft, entry);
    case 'expect':
      return postExpectation(draft, entry);
    case 'open':
      postOpen(draft, entry, command, taken);
      return judgePinned(draft, entry, party);
    case 'open-past':
      return postOpenPast(draft, entry);
    case 'settle':
      return settle(draft, entry, { before: posting.before, post: command });
    case 'hold':
      return postHoldEnd(draft, entry, command);
    case 'flag': {
      const { flag: kind, location, channel, orderId, quantity } = entry;
      return setException(draft, { kind, location, channel, orderId }, quantity);
    }
    default:
      return assertNever(entry);
  }
}

/** Whose fact it is. All entries of one journal event are of one order or document. */
export function partyOf({ entries, recordedAt }: Post): Party {
  const [first] = entries;
  if (!first) return { at: recordedAt, recordedAt };
  const { at } = first.key;
  switch (first.kind) {
    case 'move': {
      const isSale = first.cause === 'sale';
      // Over the counter there is no order: the channel's own document stands for it.
      const own = isSale || first.cause === 'sale-return' ? first.key : undefined;
      const channel = first.channel ?? own?.source;
      return { channel, orderId: first.orderId ?? own?.document, at, recordedAt, isSale };
    }
    case 'open':
    case 'open-past':
    case 'settle':
    case 'hold':
    case 'flag':
      return { channel: first.channel, orderId: first.orderId, at, recordedAt };
    default:
      return { at, recordedAt };
  }
}
