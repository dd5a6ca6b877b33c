import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs';
import { type KafkaLog, logCreatorOf } from './log.ts';

const entry = (message: string, more: object = {}): LogEntry => ({
  ...{ namespace: 'Connection', level: logLevel.ERROR, label: 'ERROR' },
  log: { timestamp: '', message, ...more },
});

describe('what the Kafka client logs', () => {
  it('is logged once in a while for each broker, as a warning, without stacks', () => {
    const said: [object, string][] = [];
    const say = (facts: object, words: string): void => void said.push([facts, words]);
    const nothing = (): void => expect(true).toBe(false);
    const log: KafkaLog = { debug: nothing, info: nothing, warn: say, error: nothing };
    const hear = logCreatorOf(log)(logLevel.WARN);
    for (let time = 0; time < 100; time++)
      hear(entry('Connection error', { broker: 'a:1', stack: 'at x.js:1' }));
    hear(entry('Connection error', { broker: 'b:1', error: 'refused' }));
    expect(said).toEqual([
      [
        { kafka: { reason: undefined, broker: 'a:1', groupId: undefined, topic: undefined } },
        'Connection error',
      ],
      [
        { kafka: { reason: 'refused', broker: 'b:1', groupId: undefined, topic: undefined } },
        'Connection error',
      ],
    ]);
  });

  it('is left out where nobody can act on it: a hint at a new default of the client', () => {
    const said: string[] = [];
    const say = (_: object, words: string): void => void said.push(words);
    const hear = logCreatorOf({ debug: say, info: say, warn: say, error: say });
    const config: KafkaConfig = { brokers: ['a:1'], logLevel: logLevel.WARN, logCreator: hear };
    new Kafka(config).producer();
    expect(said).toEqual([]);
  });
});
