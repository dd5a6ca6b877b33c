import kafkajs from 'kafkajs';
import { fact, line, lines, REFUSED, sale } from '../rows/message-rows.ts';
import { missingRows } from '../rows/rows.ts';
import { KAFKA_VERSIONS, type KafkaCluster, startKafka } from '../servers/kafka/index.ts';
import {
  binary,
  type Counts,
  type EventRecord,
  headerText,
  openScene,
  receivedBy,
  recordsOf,
  type Scene,
  structured,
} from './scene.ts';

/** What only Kafka can refuse, and where it differs from HTTP. */
const REFUSED_HERE: readonly (readonly [
  row: number,
  title: string,
  record: () => EventRecord,
  code: string,
])[] = [
  [1, 'an empty value in binary mode', () => ({ ...binary(sale()), value: '' }), 'EMPTY_PAYLOAD'],
  [2, 'no value', () => ({ ...binary(sale()), value: null }), 'TOMBSTONE_NOT_ALLOWED'],
  [
    9,
    'a sequence that JavaScript would round',
    () => binary(sale({ sequence: '12345678901234567890' })),
    'UNSAFE_INTEGER',
  ],
  [15, 'a sequence that is no digits', () => binary(sale({ sequence: '0x10' })), 'WRONG_TYPE'],
  [27, 'no id in the headers', () => binary(without('id')), 'MISSING_FIELD'],
  [27, 'no version of CloudEvents', () => binary(without('specversion')), 'MISSING_FIELD'],
  [
    28,
    'an id with other content',
    () => binary(sale({ id: 'taken' }, { saleId: 'taken', lines: lines(2) })),
    'ID_REUSED_WITH_DIFFERENT_CONTENT',
  ],
  [36, 'a forbidden attribute', () => binary(sale({ constructor: 'x' })), 'FORBIDDEN_KEY'],
  [37, 'an array, in binary mode', () => ({ ...binary(sale()), value: '[]' }), 'OBJECT_REQUIRED'],
  [37, 'an array, in structured mode', () => structured([sale(), sale()]), 'OBJECT_REQUIRED'],
  [39, 'an attribute twice', () => withHeader('ce_id', ['a', 'b']), 'HEADER_INVALID'],
  [39, 'an attribute that is not UTF-8', () => withHeader('ce_id', Buffer.from([0xff])), 'HEADER_INVALID'],
  [39, 'an attribute of 100 kB', () => withHeader('ce_id', 'x'.repeat(100_000)), 'HEADER_INVALID'],
  [39, 'a header for the data', () => withHeader('ce_data', '{}'), 'HEADER_INVALID'],
  [39, 'a batch', () => ({ ...structured([sale()]), headers: BATCH }), 'MEDIA_TYPE'],
  [39, 'another media type', () => withHeader('content-type', 'text/csv'), 'MEDIA_TYPE'],
  [39, 'two media types', () => withHeader('content-type', ['application/json', 'text/csv']), 'MEDIA_TYPE'],
  [
    39,
    'bad data, and headers called like what every object has',
    () => ({
      value: '{',
      headers: { ...binary(sale()).headers, ...named('toString', 'constructor', '__proto__') },
    }),
    'INVALID_JSON',
  ],
  [40, 'data of 900 kB', () => binary(sale({}, { note: 'x'.repeat(900_000) })), 'MESSAGE_TOO_LARGE'],
];

const BATCH = { 'content-type': 'application/cloudevents-batch+json' };

const without = (name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(sale()).filter(([each]) => each !== name));

/** Own fields, also of `__proto__`. */
const named = (...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'x']));

function withHeader(name: string, value: string | Buffer | string[]): EventRecord {
  const record = binary(sale());
  return { ...record, headers: { ...record.headers, [name]: value } };
}

/** What is taken, as a whole or in part. */
const TAKEN: readonly (readonly [
  row: number,
  title: string,
  records: () => EventRecord[],
  expected: Partial<Counts>,
])[] = [
  [5, 'a byte order mark is ignored', () => [structured(`\ufeff${JSON.stringify(sale())}`)], { accepted: 1 }],
  [22, 'a SKU with a blank behind it is parked', () => [binary(line({ sku: 'A ' }))], { parked: 1 }],
  [24, 'an unknown SKU is parked', () => [binary(line({ sku: 'NOBODY-KNOWS' }))], { parked: 1 }],
  [25, 'an unknown location is parked', () => [binary(sale({}, { location: 'nowhere' }))], { parked: 1 }],
  [25, 'an inactive location is taken', () => [binary(sale({}, { location: 'closed' }))], { accepted: 1 }],
  [34, 'the same SKU in two lines is taken', () => [binary(sale({}, { lines: lines(2) }))], { accepted: 1 }],
  [
    39,
    'headers that are no attributes, and other spellings of media types, are taken',
    () => [
      withHeader('toString', 'x'),
      withHeader('constructor', 'x'),
      withHeader('x-trace', ['a', 'b']),
      withHeader('x-bytes', Buffer.from([0xff, 0])),
      withHeader('content-type', 'application/json'),
      withHeader('Content-Type', 'application/json; charset=UTF-8'),
      {
        ...structured(sale()),
        headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', ce_id: ['a', 'b'] },
      },
    ],
    { accepted: 7 },
  ],
  [
    42,
    'a cancellation of an unknown order is taken',
    () => [binary(fact('web', 'order.cancelled', { orderId: 'o-42' }))],
    { accepted: 1 },
  ],
  [
    43,
    'a refund of 5 of 3 ordered is taken',
    () => [
      binary(fact('web', 'order.placed', { orderId: 'o-43', lines: [{ sku: 'A', quantity: 3 }] })),
      binary(
        fact('web', 'order.refunded', { orderId: 'o-43', refundId: 'r', lines: [{ sku: 'A', quantity: 5 }] }),
      ),
    ],
    { accepted: 2 },
  ],
  [
    44,
    'a shipment after a cancellation is taken',
    () => [
      binary(fact('web', 'order.cancelled', { orderId: 'o-44' })),
      binary(
        fact('web', 'order.shipped', { orderId: 'o-44', shipmentId: 's', location: 'east', lines: lines(1) }),
      ),
    ],
    { accepted: 2 },
  ],
  [
    45,
    'a transfer of which more was received than sent is taken',
    () => {
      const transfer = { transferId: 't-45', from: 'east', to: 'closed' };
      return [
        binary(fact('wms', 'transfer.shipped', { ...transfer, lines: lines(1) })),
        binary(fact('wms', 'transfer.received', { ...transfer, lines: [{ sku: 'A', quantity: 3 }] })),
      ];
    },
    { accepted: 2 },
  ],
  [
    48,
    'a key that is not its document’s is ignored',
    () => [{ ...binary(sale()), key: 'another' }],
    { accepted: 1 },
  ],
];

describe.each(KAFKA_VERSIONS.map((version) => [version]))('what comes in by Kafka %s', (version) => {
  let kafka: KafkaCluster;
  let scene: Scene;

  beforeAll(async () => {
    kafka = await startKafka({ version });
    scene = await openScene(kafka);
  });

  afterAll(async () => {
    await scene?.end();
    await kafka?.stop();
  });

  it('is rejected with the code of its row, and good messages of the same batch are taken', async () => {
    await scene.send([binary(sale({ id: 'taken' }, { saleId: 'taken' }))]);
    const before = await scene.received(1);
    const bad = [
      ...REFUSED.map(([row, title, body, , code]) => ({ row, title, record: structured(body()), code })),
      ...REFUSED_HERE.map(([row, title, record, code]) => ({ row, title, record: record(), code })),
    ];
    await scene.send(bad.flatMap(({ record }) => [record, binary(sale())]));
    const after = await scene.received(before.received + 2 * bad.length);
    expect(differenceOf(before, after)).toMatchObject({ accepted: bad.length, rejected: bad.length });
    const told = await recordsOf(kafka, scene.names.rejected, bad.length);
    expect(told.map((record) => headerText(record, 'onhand-code'))).toEqual(bad.map(({ code }) => code));
    expect(told.every((record) => (headerText(record, 'onhand-detail') ?? '').length > 10)).toBe(true);
    for (const [index, { record }] of bad.entries()) {
      // Not `toEqual`: that looks at each byte of megabytes by itself.
      expect(isSame(told[index]!.value, bytesOf(record.value))).toBe(true);
      expect(headerText(told[index]!, 'onhand-offset')).toBe(String(1 + 2 * index));
    }
    const rejected = await scene.running.ask('GET /v1/rejected?limit=1000');
    const shown = rejected.json.items.map(({ code }: { code: string }) => code);
    expect(shown.toSorted()).toEqual(bad.map(({ code }) => code).toSorted());
  });

  it('is cut, if rejected, to what the rejected topic takes', async () => {
    const before = await scene.received(0);
    const there = Number((await scene.admin.fetchTopicOffsets(scene.names.rejected))[0]!.high);
    await scene.send([{ ...binary(sale()), value: 'x'.repeat(5_000_000) }, binary(sale())]);
    expect(differenceOf(before, await scene.received(before.received + 2))).toMatchObject({ accepted: 1 });
    const told = (await recordsOf(kafka, scene.names.rejected, there + 1)).at(-1)!;
    expect(headerText(told, 'onhand-cut')).toBe('5000000');
    expect(told.value!.length).toBeGreaterThan(4_000_000);
  });

  it('is rejected where its topic is another source’s', async () => {
    const bound = await openScene(kafka, { settings: {} });
    await bound.end();
    const settings = { KAFKA_EVENT_TOPICS: `${bound.names.events}=market`, KAFKA_GROUP_ID: 'bound' };
    const other = await openScene(kafka, {
      settings: { ...settings, KAFKA_REJECTED_TOPIC: bound.names.rejected },
    });
    try {
      const messages = [binary(sale()), binary(sale({ source: 'market' }))].map((each) => ({
        ...each,
        partition: 0,
      }));
      await other.producer.send({ topic: bound.names.events, messages });
      expect(await receivedBy(other.running, 2)).toMatchObject({ accepted: 1, rejected: 1 });
      const [told] = await recordsOf(kafka, bound.names.rejected, 1);
      expect(headerText(told!, 'onhand-code')).toBe('CHANNEL_MISMATCH');
    } finally {
      await other.end();
    }
  });

  it.each(TAKEN)('row %d: %s', async (_, __, records, expected) => {
    const before = await scene.received(0);
    const told = records();
    await scene.send(told);
    const after = await scene.received(before.received + told.length);
    expect(differenceOf(before, after)).toMatchObject(expected);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('row 41: of a packed batch, only the message that is too large once unpacked is rejected', async () => {
    const before = await scene.received(0);
    const { GZIP } = kafkajs.CompressionTypes;
    await scene.send(
      [binary(sale()), binary(sale({}, { note: ' '.repeat(5_000_000) })), binary(sale())],
      0,
      GZIP,
    );
    const after = await scene.received(before.received + 3);
    expect(differenceOf(before, after)).toMatchObject({ accepted: 2, rejected: 1 });
  });

  it('every row from 1 to 48 is here', () => {
    expect(missingRows([...REFUSED, ...REFUSED_HERE, ...TAKEN, [29, 'above'], [41, 'above']], 1, 48)).toEqual(
      [],
    );
  });
});

function differenceOf(before: Counts, after: Counts): Counts {
  const names = Object.keys(after) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as unknown as Counts;
}

const bytesOf = (value: EventRecord['value']): Buffer | null => (value === null ? null : Buffer.from(value));

const isSame = (a: Buffer | null, b: Buffer | null): boolean =>
  a === null || b === null ? a === b : a.equals(b);
