import { insideOf, once, wrap } from './mend.ts';

interface Header {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What kafkajs reads its answers with. Only what is mended. */
export interface HeaderDecoder {
  readVarIntArray(readOne: (decoder: HeaderDecoder) => Header): Header[];
}

/**
 * kafkajs 2.2.4 copies all headers of a record for each of them: 8,000 stop the whole process for half a minute, and
 * then again, for the group has given the partition away meanwhile. It asks nothing but `reduce` of what this
 * returns, and reads nothing else with it. Here that groups them in one pass.
 */
export const mendHeaders = once(() => {
  const { prototype } = insideOf<{ readonly prototype: HeaderDecoder }>('protocol/decoder');
  wrap(prototype, 'readVarIntArray', function (readAll, readOne) {
    const headers = readAll.call(this, readOne);
    return Object.assign(headers, { reduce: () => grouped(headers) });
  });
});

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
