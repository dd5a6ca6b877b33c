import type { Settings } from '../environment.ts';

/** Each topic may have only one use: two writers would mix their keys, and OnHand would read what it writes itself. */
export function topicProblems(settings: Settings): string[] {
  const problems: string[] = [];
  const topics = settings.KAFKA_EVENT_TOPICS.map((told) => told.split('=')[0]);
  const twice = topics.find((topic, index) => topics.indexOf(topic) !== index);
  if (twice !== undefined) {
    problems.push(`KAFKA_EVENT_TOPICS names ${twice} twice: name it once, with one source or none`);
  }
  const own = OWN.map((name) => settings[name]);
  const both = own.find((topic) => topics.includes(topic));
  if (both !== undefined) {
    problems.push(
      `KAFKA_EVENT_TOPICS names ${both}, which OnHand uses itself: it would read its own messages, so name another topic`,
    );
  }
  OWN.forEach((name, index) => {
    const other = OWN[own.indexOf(settings[name])]!;
    if (own.indexOf(settings[name]) !== index) {
      problems.push(`${name} and ${other} are both ${settings[name]}: use a separate topic for each`);
    }
  });
  return problems;
}

const OWN = [
  'KAFKA_AVAILABILITY_TOPIC',
  'KAFKA_ORDERS_TOPIC',
  'KAFKA_REJECTED_TOPIC',
  'KAFKA_SHARDS_TOPIC',
] as const satisfies (keyof Settings)[];
