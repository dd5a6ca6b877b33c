import fc from 'fast-check';
import { MESSAGE_BYTES_MAX, NESTING_MAX } from '../limits.ts';
import { type JsonText, readJson } from './lossless-json.ts';

const readOne = (text: string): JsonText['values'][number] => {
  const read = readJson(text);
  if ('code' in read) throw new Error(`not JSON: ${read.detail}`);
  return read.values[0]!;
};
const problemsOf = (text: string): string[] =>
  readOne(text).problems.map(({ code, pointer }) => `${code} ${pointer}`);
const nested = (depth: number): string => '['.repeat(depth - 1) + '{}' + ']'.repeat(depth - 1);

describe('what JSON.parse takes in silence is found', () => {
  it.each([
    ['a key that stands twice', '{"quantity":1,"quantity":99}', ['DUPLICATE_KEY /quantity']],
    ['the same key by an escape', '{"ab":1,"\\u0061b":2}', ['DUPLICATE_KEY /ab']],
    ['a key twice further in', '{"a":[{"b":{"c":1,"c":2}}]}', ['DUPLICATE_KEY /a/0/b/c']],
    ['one key in two objects', '{"a":{"b":1},"c":{"b":2},"b":[{"b":1},{"b":1}]}', []],
    ['a key equal to a text', '{"a":"a","b":"a"}', []],
    ['a key with a slash and a tilde', '{"a/b~":1,"a/b~":2}', ['DUPLICATE_KEY /a~1b~0']],
    ['__proto__', '{"data":{"__proto__":{"x":1}}}', ['FORBIDDEN_KEY /data/__proto__']],
    ['constructor', '{"constructor":1}', ['FORBIDDEN_KEY /constructor']],
    ['prototype by an escape', '{"prot\\u006ftype":1}', ['FORBIDDEN_KEY /prototype']],
    ['forbidden words as texts', '{"a":"__proto__","b":["constructor"]}', []],
  ])('%s', (_, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('without a change to Object.prototype', () => {
    readJson('[{"__proto__":{"polluted":true}}]');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('a key that stands twice among a thousand', () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => `"k${index}":0`);
    expect(problemsOf(`{${keys.join(',')}}`)).toEqual([]);
    expect(problemsOf(`{${keys.join(',')},"k7":1}`)).toEqual(['DUPLICATE_KEY /k7']);
  });

  it('a key that stands again behind an object with keys of its own', () => {
    const keys = Array.from({ length: 100 }, (_, index) => `"k${index}":0`);
    expect(problemsOf(`{${keys.join(',')},"o":{"a":1,"b":2,"c":3},"k66":1}`)).toEqual(['DUPLICATE_KEY /k66']);
  });

  it.each([
    ['12345678901234567890', '12345678901234567890'],
    ['1e400', '1e400'],
    ['-1.5E-9', '-1.5E-9'],
    ['0.1000000000000000055', '0.1000000000000000055'],
    ['123456789012345', undefined],
    ['-12.5', undefined],
  ])('%s, of which the text is kept if a double may not hold it: %s', (number, words) => {
    expect(readOne(`{"a":{"b":[${number}]}}`).numbers?.get('/a/b/0')).toBe(words);
  });
});

describe('depth and size', () => {
  it(`may be ${NESTING_MAX} levels`, () => {
    expect(problemsOf(nested(NESTING_MAX))).toEqual([]);
  });

  it('may not be one level more', () => {
    expect(problemsOf(`{"a":${nested(NESTING_MAX)}}`)).toEqual(['NESTING_TOO_DEEP ']);
  });

  it('may not be 20,000 levels, closed or not, and the stack holds', () => {
    expect(problemsOf(`{"a":${nested(20_000)}}`)).toEqual(['NESTING_TOO_DEEP ']);
    expect(problemsOf(`{"a":${'['.repeat(20_000)}`)).toEqual(['NESTING_TOO_DEEP ']);
  });

  it('of a message count in bytes: at the limit it is taken, above it refused', () => {
    const text = (letter: string, count: number): string => `{"a":"${letter.repeat(count)}"}`;
    expect(problemsOf(text('x', MESSAGE_BYTES_MAX - 8))).toEqual([]);
    expect(problemsOf(text('x', MESSAGE_BYTES_MAX - 7))).toEqual(['MESSAGE_TOO_LARGE ']);
    expect(problemsOf(text('é', MESSAGE_BYTES_MAX / 2 - 4))).toEqual([]);
    expect(problemsOf(text('é', MESSAGE_BYTES_MAX / 2))).toEqual(['MESSAGE_TOO_LARGE ']);
  });
});

describe('an array', () => {
  it('gives each element its own text', () => {
    const read = readJson(' [ {"a": "],"} , [1,2] ,3 ] ') as JsonText;
    expect(read.isArray).toBe(true);
    expect(read.values.map(({ raw }) => raw)).toEqual(['{"a": "],"}', '[1,2]', '3']);
    expect(read.values.map(({ value }) => value)).toEqual([{ a: '],' }, [1, 2], 3]);
  });

  it('keeps the problems of one element from the others', () => {
    const read = readJson(`[{"a":1},{"a":1,"a":2},{"b":${nested(40)}},{"a":2}]`) as JsonText;
    expect(read.values.map(({ problems }) => problems.map(({ code }) => code))).toEqual([
      [],
      ['DUPLICATE_KEY'],
      ['NESTING_TOO_DEEP'],
      [],
    ]);
    expect(read.values[3]!.value).toEqual({ a: 2 });
  });

  it('may be empty', () => {
    expect(readJson('[ ]')).toEqual({ isArray: true, values: [] });
  });
});

describe('what is not JSON', () => {
  it.each([
    ['{', 1],
    ['{} x', 3],
    ['{"a":1,}', 7],
    ["{'a':1}", 1],
    ['{"a":01}', 6],
    ['{"é":tru}', 6],
    ['[{},]', 4],
    ['[{}{}]', 3],
    ['{"a":"\n"}', 5],
    ['NaN', 0],
    [`[${nested(NESTING_MAX)},x]`, 2 * NESTING_MAX + 2],
  ])('%j is refused at byte %d', (text, byteOffset) => {
    expect(readJson(text)).toMatchObject({ code: 'INVALID_JSON', facts: { byteOffset } });
  });

  it('is what JSON.parse refuses, and nothing else', () => {
    const letters = fc.constantFrom(...'{}[]",:\\ \n0123456789.eE+-truefalsn\u0000é'.split(''));
    const garbage = fc.array(letters, { maxLength: 24 }).map((all) => all.join(''));
    const bitten = fc
      .tuple(fc.json({ maxDepth: 5 }), fc.nat(), letters)
      .map(
        ([text, at, letter]) =>
          text.slice(0, at % (text.length + 1)) + letter + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(garbage, bitten, fc.json({ maxDepth: 5 })), (text) => {
        const read = readJson(text);
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(read).toMatchObject({ code: 'INVALID_JSON' });
          return;
        }
        const { isArray, values } = read as JsonText;
        expect(isArray ? values.map(({ value }) => value) : values[0]!.value).toEqual(parsed);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('against a model that knows what it wrote', () => {
  /** A tree of pairs, so that keys may repeat, and what is wrong with it by pointer. */
  type Tree = { pairs: [string, Tree][] } | { items: Tree[] } | { leaf: string };
  const key = fc.constantFrom('a', 'b', 'c', 'quantity', '__proto__', 'constructor', 'a/b', '"', 'é', '\\');
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.record({ leaf: fc.constantFrom('1', '"x\\"y"', 'null', '""', '1234567890123456789', '"\\\\"') }),
      fc.record({ items: fc.array(tie('tree'), { maxLength: 3 }) }),
      fc.record({ pairs: fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }) }),
    ),
  }));

  const print = (node: Tree, space: string, escaped: boolean): string => {
    if ('leaf' in node) return node.leaf;
    if ('items' in node)
      return `[${node.items.map((each) => print(each, space, escaped)).join(`,${space}`)}]`;
    const quote = (name: string): string =>
      escaped
        ? `"${[...name].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`
        : JSON.stringify(name);
    return `{${space}${node.pairs.map(([name, each]) => `${quote(name)}${space}:${print(each, space, escaped)}`).join(',')}}`;
  };
  const expected = (node: Tree, pointer: string): string[] => {
    if ('leaf' in node) return [];
    if ('items' in node) return node.items.flatMap((each, index) => expected(each, `${pointer}/${index}`));
    return node.pairs.flatMap(([name, each], index) => {
      const place = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const isForbidden = ['__proto__', 'constructor', 'prototype'].includes(name);
      const isRepeated = node.pairs.slice(0, index).some(([other]) => other === name);
      return [
        ...(isForbidden ? [`FORBIDDEN_KEY ${place}`] : []),
        ...(isRepeated ? [`DUPLICATE_KEY ${place}`] : []),
        ...expected(each, place),
      ];
    });
  };

  it('finds every duplicate and forbidden key, and no other', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('', ' ', '\n\t'), fc.boolean(), (node, space, escaped) => {
        const wrapped: Tree = { pairs: [['data', node]] };
        const found = readOne(print(wrapped, space, escaped)).problems;
        const wanted = expected(wrapped, '');
        expect(found.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(wanted.slice(0, 20));
      }),
      { numRuns: 3_000 },
    );
  });
});
