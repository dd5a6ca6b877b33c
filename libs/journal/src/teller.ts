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
    door,
    catalog,
  }: {
    readonly teller: Teller | undefined;
    /** Whom the key, topic or file speaks for; undefined where it may tell messages of any source. */
    readonly identity: string | undefined;
    readonly door: string;
    readonly catalog: CatalogView;
  },
): Rejection | undefined {
  if (identity !== undefined && message.source !== identity) {
    const detail = foreignDetail(door, shown(identity), shown(message.source));
    return { code: 'CHANNEL_MISMATCH', detail, pointer: '/source' };
  }
  if (teller === undefined) {
    const detail = `No channel or source ${shown(message.source)} is registered. Define it first (PUT /v1/channels/… or PUT /v1/sources/…).`;
    return { code: 'UNKNOWN_SOURCE', detail, pointer: '/source' };
  }
  return isOrderMessage(message) ? checkChannel(message, teller, catalog) : undefined;
}

/** Only HTTP has keys: whoever comes through another door is told what binds that one. */
function foreignDetail(door: string, own: string, source: string): string {
  if (door.startsWith('kafka:'))
    return `This topic is bound to ${own} and does not take messages of ${source}. Set source to ${own}, or send it to a topic of ${source} (KAFKA_EVENT_TOPICS binds them).`;
  if (door.startsWith('file:'))
    return `The file is told as that of ${own} (--source), and this message is of ${source}. Set source to ${own}, or leave --source out.`;
  return `This key belongs to ${own} and cannot send messages of ${source}. Set source to ${own}, or use the key of ${source}.`;
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
