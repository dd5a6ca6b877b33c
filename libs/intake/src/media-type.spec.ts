import { isJsonMediaType } from './media-type.ts';

describe('a content type of data', () => {
  it.each([
    ['application/json', true],
    ['text/json', true],
    ['Application/JSON; charset=UTF-8', true],
    ['application/vnd.shop.order+json', true],
    ['application/json; charset=latin1', false],
    ['application/xml', false],
    ['application/jsonx', false],
    ['json', false],
    ['', false],
  ])('%j is JSON: %p', (contentType, isJson) => {
    expect(isJsonMediaType(contentType)).toBe(isJson);
  });
});
