import {
  type CatalogView,
  isOrderMessage,
  type Message,
  type Rejection,
  shown,
  type UnknownItems,
} from '#inventory';

/** The channel or source that tells a message, as far as the journal needs to know it. */
export interface Teller {
  readonly id: string;
  /** Only a channel sells. */
  readonly isChannel: boolean;
  readonly unknownItems: UnknownItems;
}

/** The name under which messages of unregistered sources are counted. */
export const UNKNOWN_SOURCE = '(unknown)';

export function tellerOf(id: string, catalog: CatalogView): Teller | undefined {
  const channel = catalog.channel(id);
  if (channel !== undefined) return { id, isChannel: true, unknownItems: channel.unknownItems };
  const source = catalog.source(id);
  return source && { id, isChannel: false, unknownItems: source.unknownItems };
}

/** Why this teller may not tell a message; undefined if it may. */
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

/** A channel tells only its own orders; any other source must name the order's channel. */
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
