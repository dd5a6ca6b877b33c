import { nameHint, nearestName } from './nearest-name.ts';

describe('the nearest name', () => {
  it.each([
    ['quantty', 'quantity'],
    ['qauntity', 'quantity'],
    ['ORDERID', 'orderId'],
    ['skus', 'sku'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('of %j is %j', (given, name) => {
    expect(nearestName(given, ['sku', 'quantity', 'orderId', 'reservationId'])).toBe(name);
  });

  it('is given as a hint, or else all names are', () => {
    expect(nameHint('skuu', ['sku', 'line'])).toBe('did you mean "sku"?');
    expect(nameHint('zzzzzz', ['sku', 'line'])).toBe('one of: sku, line');
  });
});
