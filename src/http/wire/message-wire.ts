import type { Rejection } from '#inventory';
import type { Outcome, ParkedLineShown, RejectedShown } from '#journal';
import type { Instant } from '#kernel';
import { problemOf } from '../problem.ts';
import { present, time } from './scalars.ts';

export const OUTCOME_STATUS = { accepted: 201, duplicate: 200, parked: 202 } as const;

/** The answer to nearly every message. Written by hand: it is the hottest one there is. */
export function acceptedText({ source, id, position, recordedAt, flags = [] }: Outcome): string {
  const name = `"source":${JSON.stringify(source)},"id":${JSON.stringify(id)}`;
  const told = flags.length === 0 ? '[]' : JSON.stringify(flags);
  return `{"outcome":"accepted",${name},"position":${position},"recordedAt":"${time(recordedAt)}","flags":${told}}`;
}

/** `problems`: all that intake found; of a rejection the journal made there is one. */
export function shownOutcome(
  outcome: Outcome,
  problems: readonly [Rejection, ...Rejection[]] | undefined,
  instance: string,
): object {
  const { error, recordedAt, parked, ...told } = outcome;
  const shown = { ...told, recordedAt: time(recordedAt) };
  if (error !== undefined) return { ...shown, error: problemOf(problems ?? [error], { instance }) };
  return { ...shown, ...(parked && { parked }), flags: outcome.flags ?? [] };
}

export const shownParked = (now: Instant, row: ParkedLineShown): object => ({
  id: row.id,
  source: row.source,
  messageId: row.messageId,
  line: row.line,
  code: row.code,
  detail: row.detail,
  ...words(row, now),
});

export const shownRejected = (now: Instant, row: RejectedShown): object => ({
  id: row.id,
  source: row.source,
  ...present({ messageId: row.messageId, line: row.line }),
  code: row.code,
  detail: row.detail,
  ...present({ pointer: row.pointer, hint: row.hint, door: row.door, cutFromBytes: row.cutFromBytes }),
  ...words(row, now),
});

interface Words {
  readonly raw: string;
  readonly rawEncoding: 'utf8' | 'base64';
  readonly recordedAt: Instant;
}

const words = ({ raw, rawEncoding, recordedAt }: Words, now: Instant): object => ({
  raw,
  ...(rawEncoding !== 'utf8' && { rawEncoding }),
  recordedAt: time(recordedAt),
  age: Math.max(0, (now - recordedAt) / 1000),
});
