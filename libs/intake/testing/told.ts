import type { MessageType } from '#inventory';
import { messageExample } from '../src/messages/examples.ts';
import { readMessage } from '../src/read-message.ts';

/** When the messages come in. */
export const NOW = Date.parse('2026-11-20T12:00:00Z');

/** A message as it is told: an example, with changes. */
export type Told = Record<string, unknown>;
export const withData = (type: MessageType, change: Told): Told => {
  const example = messageExample(type);
  return { ...example, data: { ...(example['data'] as Told), ...change } };
};
export const withLine = (type: MessageType, line: Told): Told => withData(type, { lines: [line] });
export const sale = (change: Told): Told => ({ ...messageExample('sale.completed'), ...change });

/** What is wrong with it. */
export const problemsOf = (value: unknown): string[] => {
  const reading = readMessage(value, { now: NOW });
  return 'message' in reading ? [] : reading.problems.map(({ code, pointer }) => `${code} ${pointer}`);
};
