import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { MESSAGE_TYPES } from '#inventory';
import { messageExample } from './examples.ts';
import { asyncApiMessages, MESSAGE_SCHEMA, messageSchemas } from './published.ts';

describe('the published schemas', () => {
  const schemas = messageSchemas();
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'published', components: { schemas } });
  const accepts = ajv.compile({ $ref: `published#/components/schemas/${MESSAGE_SCHEMA}` });

  it('use only keywords of JSON Schema', () => {
    expect(JSON.stringify(schemas)).not.toContain('"x-');
  });

  it.each(MESSAGE_TYPES)('take the example of %s, but not with another type or an unknown field', (type) => {
    const example = messageExample(type);
    expect(accepts(example)).toBe(true);
    expect(accepts({ ...example, type: 'order.unknown' })).toBe(false);
    expect(accepts({ ...example, data: { ...(example['data'] as object), unknown: 1 } })).toBe(false);
  });

  it.each([
    ['no item', { quantity: 1 }],
    ['two items', { sku: 'A', listing: 'a', quantity: 1 }],
    ['nothing sold', { sku: 'A', quantity: 0 }],
    ['a text for a number', { sku: 'A', quantity: '1' }],
    ['an empty SKU', { sku: '', quantity: 1 }],
  ])('refuse a line of %s', (_, line) => {
    const example = messageExample('sale.completed');
    expect(accepts({ ...example, data: { ...(example['data'] as object), lines: [line] } })).toBe(false);
  });

  it('give each message a name, a payload and an example for AsyncAPI', () => {
    const messages = asyncApiMessages();
    expect(Object.keys(messages)).toEqual([...MESSAGE_TYPES]);
    expect(messages['order.placed']).toMatchObject({
      name: 'order.placed',
      contentType: 'application/cloudevents+json',
      payload: { $ref: '#/components/schemas/OrderPlacedMessage' },
      examples: [{ payload: messageExample('order.placed') }],
    });
    expect(schemas).toHaveProperty('OrderPlacedMessage');
  });
});
