import { define, id, optional, quantity } from './messages/field.ts';
import { readObject } from './read-object.ts';

class Request {}
define<{ requestId: string; change?: number }>(Request, 'A request.', {
  requestId: id('Names it.'),
  change: optional(quantity('signed')),
});

const codesOf = (body: string | Uint8Array): string[] => {
  const reading = readObject(Request, body);
  return 'value' in reading ? [] : reading.problems.map(({ code, pointer }) => `${code} ${pointer}`);
};

describe('one object of a class', () => {
  it('is read as it came, fields that are null left out', () => {
    expect(readObject(Request, '{"requestId":"r","change":null}')).toEqual({ value: { requestId: 'r' } });
    expect(readObject(Request, Buffer.from('{"requestId":"r","change":-2.5}'))).toEqual({
      value: { requestId: 'r', change: -2.5 },
    });
  });

  it.each([
    ['nothing', '', ['EMPTY_PAYLOAD ']],
    ['an array', '[{}]', ['OBJECT_REQUIRED ']],
    ['an empty array', '[]', ['OBJECT_REQUIRED ']],
    ['a text', '"x"', ['OBJECT_REQUIRED ']],
    ['null', 'null', ['OBJECT_REQUIRED ']],
    ['half an object', '{', ['INVALID_JSON ']],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff]), ['INVALID_UTF8 ']],
    ['a key twice', '{"requestId":"r","requestId":"s"}', ['DUPLICATE_KEY /requestId']],
    ['a field missing', '{}', ['MISSING_FIELD /requestId']],
    ['an unknown field', '{"requestId":"r","role":"admin"}', ['UNKNOWN_FIELD /role']],
    [
      'too precise a number',
      '{"requestId":"r","change":0.1000000000000000055}',
      ['QUANTITY_TOO_PRECISE /change'],
    ],
    ['a number beyond any', '{"requestId":"r","change":1e400}', ['QUANTITY_NOT_FINITE /change']],
  ])('is refused as %s', (_, body, codes) => {
    expect(codesOf(body)).toEqual(codes);
  });
});
