import { newEventId } from './event-id.ts';

describe('the id of a new event', () => {
  const ids = Array.from({ length: 2_000 }, newEventId);

  it('is a random UUID in lower case', () => {
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is another one each time', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });
});
