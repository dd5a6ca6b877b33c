import {
  type CatalogView,
  isOrderMessage,
  type Message,
  type Rejection,
  shown,
  type UnknownItems,
} from '#inventory';

/** Who tells a message, as far as the journal needs to know. */
export interface Teller {
  readonly id: string;
  /** A channel sells; everybody else only tells. */
  readonly isChannel: boolean;
  readonly unknownItems: UnknownItems;
}

/** What sources are counted under that nobody registered. */
export const UNKNOWN_SOURCE = '(unknown)';

export function tellerOf(id: string, catalog: CatalogView): Teller | undefined {
  const channel = catalog.channel(id);
  if (channel !== undefined) return { id, isChannel: true, unknownItems: channel.unknownItems };
  const source = catalog.source(id);
  return source && { id, isChannel: false, unknownItems: source.unknownItems };
}

/** Why a message may not be told by this teller. */
export function mayTell(
  message: Message,
  {
    teller,
    identity,
    catalog,
  }: {
    readonly teller: Teller | undefined;
    /** The key's own source; undefined for an admin. */
    readonly identity: string | undefined;
    readonly catalog: CatalogView;
  },
): Rejection | undefined {
  if (identity !== undefined && message.source !== identity) {
    const detail = `This key belongs to ${shown(identity)} and cannot send messages of ${shown(message.source)}. Set source to ${shown(identity)}, or use the key of ${shown(message.source)}.`;
    return { code: 'CHANNEL_MISMATCH', detail, pointer: '/source' };
  }
  if (teller === undefined) {
    const detail = `No channel or source ${shown(message.source)} is registered. Define it first (PUT /v1/channels/… or PUT /v1/sources/…).`;
    return { code: 'UNKNOWN_SOURCE', detail, pointer: '/source' };
  }
  return isOrderMessage(message) ? checkChannel(message, teller, catalog) : undefined;
}

/** A channel's orders are its own; a warehouse must say whose order it tells of. */
function checkChannel(
  { data, source }: Message & { readonly data: { readonly channel?: string } },
  teller: Teller,
  catalog: CatalogView,
): Rejection | undefined {
  const { channel } = data;
  const pointer = '/data/channel';
  if (teller.isChannel) {
    if (channel === undefined || channel === source) return undefined;
    const detail = `${shown(source)} is a channel and can send only its own orders, not those of ${shown(channel)}. Leave data.channel out.`;
    return { code: 'CHANNEL_MISMATCH', detail, pointer };
  }
  if (channel === undefined) {
    const detail = `${shown(source)} is not a channel, so the order needs one. Send data.channel.`;
    return { code: 'MISSING_FIELD', detail, pointer };
  }
  if (catalog.channel(channel) !== undefined) return undefined;
  return {
    code: 'CHANNEL_UNKNOWN',
    detail: `There is no channel ${shown(channel)}. Define it first.`,
    pointer,
  };
}
