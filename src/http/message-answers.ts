import { type BodyReading, type IntakeReading, isRefused } from '#intake';
import type { Rejection } from '#inventory';
import type { Outcome } from '#journal';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { acceptedText, OUTCOME_STATUS, shownOutcome } from './wire/message-wire.ts';
import { time } from './wire/scalars.ts';

/** What is sent: its media type said in full, so that nobody on the way has to complete it. */
export interface MessageAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** To a body whose outcomes are those from `first` on. */
export function answerTo(
  { isMany, readings }: BodyReading,
  all: readonly Outcome[],
  instance: string,
  first = 0,
): MessageAnswer {
  if (!isMany) return answerToOne(all[first]!, readings[0]!, instance);
  return answerToMany(all.slice(first, first + readings.length), readings, instance);
}

/** To a body of one message. Nothing here is made that is not needed: it is the hottest answer there is. */
function answerToOne(outcome: Outcome, reading: IntakeReading, instance: string): MessageAnswer {
  if (outcome.outcome === 'accepted') {
    return { status: OUTCOME_STATUS.accepted, contentType: JSON_TYPE, text: acceptedText(outcome) };
  }
  if (outcome.outcome !== 'rejected') {
    const text = JSON.stringify(shownOutcome(outcome, undefined, instance));
    return { status: OUTCOME_STATUS[outcome.outcome], contentType: JSON_TYPE, text };
  }
  const { error, recordedAt, ...told } = outcome;
  const problem = problemOf(problemsOf(reading) ?? [error!], { instance });
  const text = JSON.stringify({ ...problem, ...told, recordedAt: time(recordedAt) });
  return { status: problem.status, contentType: PROBLEM_TYPE, text };
}

/** To a body of many, each for itself. */
function answerToMany(
  outcomes: readonly Outcome[],
  readings: readonly IntakeReading[],
  instance: string,
): MessageAnswer {
  const counts = { accepted: 0, duplicate: 0, parked: 0, rejected: 0 };
  for (const { outcome } of outcomes) counts[outcome] += 1;
  const results = outcomes.map((outcome, index) =>
    shownOutcome(outcome, problemsOf(readings[index]!), instance),
  );
  return { status: 200, contentType: JSON_TYPE, text: JSON.stringify({ results, counts }) };
}

/** All that intake found wrong; what the journal finds is one rejection. */
const problemsOf = (reading: IntakeReading): readonly [Rejection, ...Rejection[]] | undefined =>
  isRefused(reading) ? reading.problems : undefined;
