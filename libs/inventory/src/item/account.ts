import type { Account } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Outside } from './item-state.ts';

/** An account's name in its parts. */
export type ParsedAccount =
  | { readonly kind: 'outside'; readonly name: keyof Outside }
  | { readonly kind: 'in-transit'; readonly location: string }
  | { readonly kind: 'on-hand'; readonly location: string; readonly disposition: Disposition };

/** There are few accounts, and each is parsed several times a movement: the results are kept. */
const parsed = new Map<Account, ParsedAccount>();
const PARSED_MAX = 10_000;

export function parseAccount(account: Account): ParsedAccount {
  const known = parsed.get(account);
  if (known !== undefined) return known;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const parts = takeApart(account);
  parsed.set(account, parts);
  return parts;
}

function takeApart(account: Account): ParsedAccount {
  const slash = account.indexOf('/');
  if (slash < 0) return { kind: 'outside', name: account as keyof Outside };
  const location = account.slice(0, slash);
  const rest = account.slice(slash + 1);
  return rest === 'in-transit'
    ? { kind: 'in-transit', location }
    : { kind: 'on-hand', location, disposition: rest as Disposition };
}
