import { part } from '../ask.ts';
import type { Command } from '../command.ts';
import type { ItemAnswer } from '../show/answers.ts';
import { showItem } from '../show/item.ts';

interface ItemArgs {
  readonly sku: string;
  readonly knownAt?: string;
  readonly asOf?: string;
}

export const itemCommand: Command<ItemArgs, ItemAnswer> = {
  run: (_, { sku, knownAt, asOf }, { ask }) => ask(`/v1/items/${part(sku)}`, { knownAt, asOf }),
  show: showItem,
};
