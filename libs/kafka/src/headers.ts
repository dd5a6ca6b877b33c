import { createRequire } from 'node:module';

interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What kafkajs reads its answers with. Only what is mended. */
export interface HeaderDecoder {
  readVarIntArray(readOne: (decoder: HeaderDecoder) => Header): Header[];
}

let isMended = false;

/**
 * kafkajs 2.2.4 copies all headers of a record for each of them: 8,000 stop the whole process for half a minute, and
 * then again, for the group has given the partition away meanwhile. It asks nothing but `reduce` of what this
 * returns, and reads nothing else with it. Here that groups them in one pass.
 */
export function mendHeaders(): void {
  if (isMended) return;
  isMended = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/protocol/decoder') as {
    prototype: HeaderDecoder;
  };
  const readAll: unknown = Reflect.get(prototype, 'readVarIntArray');
  prototype.readVarIntArray = function (readOne) {
    const headers = (readAll as HeaderDecoder['readVarIntArray']).call(this, readOne);
    return Object.assign(headers, { reduce: () => grouped(headers) });
  };
}

/** By name, as the client does it: a name that is there once has its value, another all of its values. */
function grouped(headers: readonly Header[]): object {
  const valuesOf = new Map<string, Header['value'][]>();
  for (const { key, value } of headers) {
    const values = valuesOf.get(key);
    if (values === undefined) valuesOf.set(key, [value]);
    else values.push(value);
  }
  return Object.fromEntries(
    [...valuesOf].map(([key, values]) => [key, values.length === 1 ? values[0] : values]),
  );
}
