import { createRequire } from 'node:module';
import { type ConsumerGroup, mendJoining } from './joining.ts';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/consumer/consumerGroup') as { prototype: ConsumerGroup };
const { createErrorFromCode } = require('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
const { KafkaJSConnectionError } = require('kafkajs/src/errors') as {
  KafkaJSConnectionError: new (message: string) => Error;
};
const LOADING = 14;
const NOT_THE_COORDINATOR = 16;
const NO_RIGHT = 30;

/** A group whose tries to join end like this, one after the other. */
function groupThat(...ends: readonly (Error | 'joins')[]) {
  let tries = 0;
  const words: string[] = [];
  const retrier = (): Promise<void> => {
    const end = ends[tries++]!;
    return end === 'joins' ? Promise.resolve() : Promise.reject(end);
  };
  const logger = { warn: (said: string) => words.push(said) };
  const group = Object.assign(Object.create(prototype) as ConsumerGroup, { retrier, logger });
  return { group, words, tries: () => tries };
}

beforeAll(mendJoining);

describe('joining a group', () => {
  it('is retried where the coordinator cannot answer yet', async () => {
    const notNow = [createErrorFromCode(LOADING), createErrorFromCode(NOT_THE_COORDINATOR)];
    const { group, words, tries } = groupThat(...notNow, 'joins');
    await group.joinAndSync();
    expect(tries()).toBe(3);
    expect(words).toHaveLength(2);
  });

  it.each([
    ['a refusal', createErrorFromCode(NO_RIGHT)],
    ['a lost connection', new KafkaJSConnectionError('closed')],
  ])('is left to the client where it ends with %s', async (_, end) => {
    const { group, tries } = groupThat(end, 'joins');
    await expect(group.joinAndSync()).rejects.toBe(end);
    expect(tries()).toBe(1);
  });
});
