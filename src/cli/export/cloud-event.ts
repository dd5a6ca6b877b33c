import type { Message } from '#inventory';
import { time, units } from '../../http/wire/scalars.ts';

/** A message as it would be told again: a CloudEvent 1.0, with the outside's numbers and times. */
export function toCloudEvent({ source, id, type, occurredAt, sequence, extensions, data }: Message): object {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    time: time(occurredAt),
    ...(sequence !== undefined && { sequence }),
    ...extensions,
    datacontenttype: 'application/json',
    data: toWire(data),
  };
}

function toWire(data: Message['data']): object {
  const { lines } = data;
  return {
    ...data,
    ...('expectedAt' in data && { expectedAt: time(data.expectedAt) }),
    ...('asOf' in data && { asOf: time(data.asOf) }),
    ...(lines && { lines: lines.map((line) => ({ ...line, quantity: units(line.quantity) })) }),
  };
}
