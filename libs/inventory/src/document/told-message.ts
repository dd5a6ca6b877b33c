import type { FactKey } from '../entry.ts';
import type { Message, MessageLine, MessageOf, MessageType, OrderLine } from '../message.ts';
import { documentStream, orderStream, transferStream } from '../streams.ts';

/** Which stream a message belongs to, and its place among the facts. */

export type OrderMessageType = Extract<MessageType, `order.${string}`>;
type TransferMessageType = Extract<MessageType, `transfer.${string}`>;
type DocumentMessageType = Exclude<MessageType, OrderMessageType | TransferMessageType>;

export type OrderMessage = { [Type in OrderMessageType]: MessageOf<Type> }[OrderMessageType];
export type TransferMessage = { [Type in TransferMessageType]: MessageOf<Type> }[TransferMessageType];
export type DocumentMessage = { [Type in DocumentMessageType]: MessageOf<Type> }[DocumentMessageType];

export const isOrderMessage = (message: Message): message is OrderMessage =>
  message.type.startsWith('order.');
export const isTransferMessage = (message: Message): message is TransferMessage =>
  message.type.startsWith('transfer.');

const NO_LINES: readonly OrderLine[] = [];

/** The lines as told; none if a whole order is cancelled, or a refund names no lines. */
export const linesOf = (message: Message): readonly (MessageLine | OrderLine)[] =>
  message.data.lines ?? NO_LINES;

/** The channel of the order: `data.channel` if a warehouse tells the message, else the message's source. */
export const channelOf = (message: OrderMessage): string => message.data.channel ?? message.source;

/**
 * The id of its order, document or transfer, which names its stream and is the last criterion in the order of facts.
 */
export function documentIdOf(message: Message): string {
  if (isOrderMessage(message)) return message.data.orderId;
  if (isTransferMessage(message)) return message.data.transferId;
  switch (message.type) {
    case 'sale.completed':
      return message.data.saleId;
    case 'sale.returned':
      return message.data.returnId;
    default:
      return message.data.documentId;
  }
}

/** The locations that all lines of a message need. */
export function locationsOf(message: Message): readonly string[] {
  const { data } = message;
  if ('location' in data) return [data.location];
  return 'from' in data ? [data.from, data.to] : NO_LOCATIONS;
}

const NO_LOCATIONS: readonly string[] = [];

/** The stream in which a message is recorded, once. */
export function journalStreamOf(message: Message): string {
  if (isOrderMessage(message)) return orderStream(channelOf(message), message.data.orderId);
  if (isTransferMessage(message)) return transferStream(message.data.transferId);
  return documentStream(message.source, documentIdOf(message));
}

/** The fact's place in the order of all facts. */
export const factKeyOf = (message: Message): FactKey => ({
  at: message.occurredAt,
  source: message.source,
  id: message.id,
  document: documentIdOf(message),
});

/** The name of a line in answers: its own, else its number, from 1. */
export const lineNameOf = (message: Message, index: number): string =>
  linesOf(message)[index]?.line ?? String(index + 1);
