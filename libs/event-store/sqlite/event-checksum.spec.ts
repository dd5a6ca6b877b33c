import { randomUUID } from 'node:crypto';
import { checksumOf, seedOf, sumOfId, sumOfIdDigits, sumOfName } from './event-checksum.ts';
import { packEventId } from './event-id.ts';

const EVENT = {
  position: 1_234_567,
  stream: 'item-85123A',
  revision: 41,
  id: '0198c0de-1234-7abc-8def-00000000002a',
  type: 'Moved',
  recordedAt: Date.UTC(2026, 0, 5),
  data: '{"quantity":20000,"name":"Käse €"}',
};
type Event = typeof EVENT;

const digitsOf = (id: string): string => id.replaceAll('-', '');
function checksum({ position, stream, revision, id, type, recordedAt, data }: Event): number {
  const seed = seedOf(sumOfName(stream), sumOfName(type), sumOfIdDigits(digitsOf(id)), recordedAt);
  return checksumOf(seed, position, revision, data);
}

describe('the checksum of an event', () => {
  it('never changes, for logs have it stored', () => {
    expect(checksum(EVENT)).toBe(-1_471_023_610);
    expect(checksum({ ...EVENT, position: 2 ** 40, recordedAt: 0, revision: 0, data: '{}' })).toBe(
      -1_238_384_143,
    );
  });

  it.each<Partial<Event>>([
    { position: 1_234_566 },
    { position: EVENT.position + 2 ** 40 },
    { stream: 'item-85123B' },
    { revision: 40 },
    { id: '0198c0de-1234-7abc-8def-00000000002b' },
    { type: 'Movee' },
    { recordedAt: EVENT.recordedAt + 1 },
    { recordedAt: EVENT.recordedAt + 2 ** 41 },
    { data: EVENT.data.replace('2', '6') },
  ])('differs for an event that differs in %j', (change) => {
    expect(checksum({ ...EVENT, ...change })).not.toBe(checksum(EVENT));
  });

  it('is the same whether an id comes as bytes or as digits', () => {
    for (let time = 0; time < 100; time++) {
      const id = randomUUID();
      const bytes = new Uint8Array(16);
      packEventId(id, bytes, 0);
      expect(sumOfId(bytes)).toBe(sumOfIdDigits(digitsOf(id)));
    }
  });
});
