import fc from 'fast-check';
import type { EffectivePolicy, Policy, PolicyScope } from '#inventory';
import { UNIT } from '#kernel';
import { IN_MEMORY, SqliteReadModel } from '#read-model/sqlite';
import { type Policies, PolicyBook } from './policy-book.ts';

let readModel: SqliteReadModel;
let book: PolicyBook;
let position = 0;

function open(): void {
  readModel = SqliteReadModel.open({ file: IN_MEMORY });
  book = new PolicyBook(readModel);
  position = 0;
}
beforeEach(open);
afterEach(() => readModel.close());

const NOW = 1_000;

function put(scope: PolicyScope, buffer: number, effectiveAt?: number): number {
  const fields = { buffer: buffer * UNIT };
  const policy: Policy = { scope, fields, ...(effectiveAt !== undefined && { effectiveAt }) };
  const at = { position: ++position, revision: 0, recordedAt: NOW };
  book.define(policy, { ...at, id: '', stream: '', type: 'PolicyDefined', data: policy });
  return position;
}

const ITEMS = [{ sku: 'MUG', category: 'cups' }, { sku: 'TEA' }, { sku: 'LID', category: 'lids' }];
const SCOPES: readonly PolicyScope[] = [
  ...(['global', 'channel:web', 'category:cups', 'category:lids'] as const),
  ...(['item:MUG', 'item:TEA', 'listing:web:MUG', 'listing:amz:LID'] as const),
];

/** What counts for everything. */
const all = (policies: Policies = book): readonly EffectivePolicy[] =>
  ITEMS.flatMap((item) =>
    ['web', 'amz'].flatMap((channel) => [
      policies.policyFields(channel, undefined, item),
      policies.policyFields(channel, item.sku, item),
    ]),
  );

const buffersOf = (policies: readonly EffectivePolicy[]): unknown =>
  policies.map(({ buffer }) => buffer?.value);

function answers(told: readonly (readonly [PolicyScope, number])[], isAskedBetween: boolean): unknown {
  readModel.close();
  open();
  for (const [scope, buffer] of told) {
    if (isAskedBetween) all();
    put(scope, buffer);
  }
  return all();
}

describe('the book of policies', () => {
  it('leaves other items’ policies as they are when one of a single item or listing is put', () => {
    put('global', 1);
    const others = book.policyFields('web', 'TEA', { sku: 'TEA' });
    put('item:MUG', 2);
    put('listing:web:LID', 3);
    expect(book.policyFields('web', 'TEA', { sku: 'TEA' })).toBe(others);
  });

  it('says the same whether it was asked between the changes or not', () => {
    const puts = fc.array(fc.tuple(fc.constantFrom(...SCOPES), fc.integer({ min: 0, max: 3 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(puts, (told) => {
        const asked = answers(told, true);
        expect(asked).toEqual(answers(told, false));
      }),
    );
  });

  it('says the same of a policy that is only tried as of one that was put, whatever others are put meanwhile', () => {
    const scope = fc.constantFrom(...SCOPES);
    const puts = fc.array(fc.tuple(scope, fc.integer({ min: 0, max: 3 })), { maxLength: 5 });
    fc.assert(
      fc.property(scope, puts, puts, (tried, before, meanwhile) => {
        answers(before, false);
        const fields = { buffer: 7 * UNIT };
        const supposed = book.supposing([{ scope: tried, fields }], { position: 99, recordedAt: NOW });
        for (const [other, buffer] of meanwhile) {
          all(supposed);
          if (other !== tried) put(other, buffer);
        }
        const ifTried = buffersOf(all(supposed));
        put(tried, 7);
        expect(ifTried).toEqual(buffersOf(all()));
      }),
    );
  });

  it('knows what is pending, until it is in force or replaced', () => {
    expect(book.pending()).toEqual([]);
    const [mug, tea] = [put('item:MUG', 1, NOW + 20), put('item:TEA', 2, NOW + 10)];
    expect(book.pending().map(({ definedAt }) => definedAt)).toEqual([tea, mug]);
    put('item:TEA', 3);
    const at = { position: ++position, revision: 1, recordedAt: NOW + 20 };
    book.takeEffect('item:MUG', mug, { ...at, id: '', stream: '', type: 'PolicyTookEffect', data: {} });
    expect(book.pending()).toEqual([]);
    expect(book.policyFields('web', undefined, { sku: 'MUG' }).buffer?.value).toBe(UNIT);
  });
});
