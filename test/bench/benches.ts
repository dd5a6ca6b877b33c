import { asOf } from './as-of.ts';
import { chain } from './chain.ts';
import type { Figure, Size } from './figure.ts';
import { hotItem } from './hot-item.ts';
import { httpAck } from './http-ack.ts';
import { KAFKA_BENCHES } from './kafka.ts';
import { latency } from './latency.ts';
import { manyItems } from './many-items.ts';

/** Each runs in a process of its own. */
export const BENCHES: Readonly<Record<string, (size: Size) => Promise<Figure[]>>> = {
  chain,
  'hot-item': hotItem,
  latency,
  'many-items': manyItems,
  'http-ack': httpAck,
  'as-of': asOf,
};

/** Those that start a server beside: only when they are named. */
export const SERVER_BENCHES: typeof BENCHES = KAFKA_BENCHES;

/** Several by one name. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = { kafka: Object.keys(KAFKA_BENCHES) };
