import type { Account } from '../entry.ts';
import type { Disposition } from '../message.ts';
import type { Outside } from './item-state.ts';

/** An account's name, taken apart. */
export type ParsedAccount =
  | { readonly kind: 'outside'; readonly name: keyof Outside }
  | { readonly kind: 'in-transit'; readonly location: string }
  | { readonly kind: 'on-hand'; readonly location: string; readonly disposition: Disposition };

export function parseAccount(account: Account): ParsedAccount {
  const slash = account.indexOf('/');
  if (slash < 0) return { kind: 'outside', name: account as keyof Outside };
  const location = account.slice(0, slash);
  const rest = account.slice(slash + 1);
  return rest === 'in-transit'
    ? { kind: 'in-transit', location }
    : { kind: 'on-hand', location, disposition: rest as Disposition };
}
