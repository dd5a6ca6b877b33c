import { explainId, explainSlug, isIdText, isSlugText } from './id-text.ts';

describe('an id', () => {
  it.each(['a', 'MUG-RED', 'till-3/8841', 'Ä 1', '😀'.repeat(128), 'x'.repeat(128), '...', ' a ', 'カップ'])(
    'may be %j',
    (text) => {
      expect(isIdText(text)).toBe(true);
    },
  );

  it.each([
    ['', 'ID_EMPTY'],
    ['  \t', 'ID_EMPTY'],
    ['x'.repeat(129), 'ID_TOO_LONG'],
    ['😀'.repeat(129), 'ID_TOO_LONG'],
    ['x'.repeat(10_000), 'ID_TOO_LONG'],
    ['a\u0000b', 'ID_INVALID_CHAR'],
    ['a\nb', 'ID_INVALID_CHAR'],
    ['a\u0085b', 'ID_INVALID_CHAR'],
    ['a\u202eb', 'ID_INVALID_CHAR'],
    ['a\u2066b', 'ID_INVALID_CHAR'],
    ['.', 'ID_INVALID_CHAR'],
    ['..', 'ID_INVALID_CHAR'],
    ['a\ud800', 'INVALID_UNICODE'],
  ])('may not be %j: %s', (text, code) => {
    expect(isIdText(text)).toBe(false);
    expect(explainId(text, '/id', 'ID').code).toBe(code);
  });

  it('is refused with the character, its place, and the word for its kind', () => {
    const found = explainId('ab\u202ec', '/sku', 'SKU');
    expect(found).toMatchObject({ code: 'SKU_INVALID_CHAR', pointer: '/sku' });
    expect(found.detail).toContain('U+202E at index 2');
  });
});

describe('the id of a source, channel or location', () => {
  it.each(['web', '3pl-berlin', 'a', '0', 'x'.repeat(63)])('may be %j', (text) => {
    expect(isSlugText(text)).toBe(true);
  });

  it.each([
    ['', 'ID_EMPTY'],
    ['x'.repeat(64), 'ID_TOO_LONG'],
    ['-web', 'ID_INVALID_CHAR'],
    ['web shop', 'ID_INVALID_CHAR'],
    ['wéb', 'ID_INVALID_CHAR'],
    ['web\n', 'ID_INVALID_CHAR'],
    ['\ud800', 'INVALID_UNICODE'],
  ])('may not be %j: %s', (text, code) => {
    expect(isSlugText(text)).toBe(false);
    expect(explainSlug(text, '/source').code).toBe(code);
  });

  it('hints at the lower case', () => {
    expect(explainSlug('Web', '/source')).toMatchObject({ hint: 'did you mean "web"?' });
  });
});
