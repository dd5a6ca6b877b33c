import { parseScope } from './policy-scope.ts';

it('a listing’s name is all that follows the second colon', () => {
  expect(parseScope('listing:web:a:b')).toEqual({ kind: 'listing', channel: 'web', listing: 'a:b' });
  expect(parseScope('item:a:b')).toEqual({ kind: 'item', sku: 'a:b' });
  expect(parseScope('category:tea & coffee')).toEqual({ kind: 'category', category: 'tea & coffee' });
});
