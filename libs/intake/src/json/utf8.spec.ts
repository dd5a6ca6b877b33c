import { decodeUtf8 } from './utf8.ts';

describe('bytes as text', () => {
  it('reads UTF-8, and leaves a byte order mark out', () => {
    expect(decodeUtf8(Buffer.from('\ufeff{"a":"é€😀"}'))).toBe('{"a":"é€😀"}');
  });

  it.each([
    ['a byte that UTF-8 does not have', Buffer.from([0x7b, 0xff, 0x7d]), 1],
    ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 1],
    ['half a character at the end', Buffer.from('"é').subarray(0, 2), 1],
    ['a lone surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 1],
    ['Latin-1', Buffer.from('caf\u00e9!', 'latin1'), 3],
    ['UTF-16 with a mark', Buffer.from('\ufeff{}', 'utf16le'), 0],
    ['UTF-16 without one', Buffer.from('{}', 'utf16le'), 0],
  ])('refuses %s, and says where', (_, bytes, byteOffset) => {
    expect(decodeUtf8(bytes)).toMatchObject({ code: 'INVALID_UTF8', facts: { byteOffset } });
  });

  it('takes a replacement character that was really sent', () => {
    expect(decodeUtf8(Buffer.from('\ufffd'))).toBe('\ufffd');
  });
});
