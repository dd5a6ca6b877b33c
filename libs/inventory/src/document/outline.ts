import type { FactRecorded } from '../journal-event.ts';
import { hashOf } from '../item/remembered.ts';
import type { Message } from '../message.ts';
import { TOLD_LINES_MAX } from './record-fact.ts';
import { factOf, type JournalPlace, factNameOf, type ToldFact, type ToldStream } from './told-stream.ts';

/** A document of more lines is long: of its facts only those are kept that later decisions need. */
export const SHORT_LINES_MAX = 1_000;

/**
 * Forgets the facts of a long document that no later decision needs, all but a hash of each name: a year of counts
 * under one document then costs little. A fact that may be told again is to be recalled first.
 */
export function outlineDocument(told: ToldStream): void {
  if (told.lineCount <= SHORT_LINES_MAX) return;
  delete told.recalled;
  const outline = (told.outline ??= []);
  const kept = told.facts.filter((fact) => isDecidedOn(told, fact));
  if (kept.length === told.facts.length) return;
  for (const fact of told.facts) {
    if (isDecidedOn(told, fact)) continue;
    while (outline.length < fact.revision) outline.push(0);
    outline[fact.revision] = hashOf(factNameOf(fact.message));
  }
  told.facts.length = 0;
  for (const fact of kept) told.facts.push(fact);
  delete told.byName;
}

/**
 * Revisions at which one of these messages may have been told before: every one at which it was, and rarely another.
 */
export function outlinedAt(told: ToldStream, messages: readonly Message[]): readonly number[] {
  const { outline } = told;
  if (outline === undefined) return [];
  const hashes = new Set(messages.map((message) => hashOf(factNameOf(message))));
  const revisions: number[] = [];
  for (let revision = 0; revision < outline.length; revision++) {
    if (hashes.has(outline[revision]!)) revisions.push(revision);
  }
  return revisions;
}

/** Brings back a fact that the outline has forgotten, as it was told. */
export function recallFact(told: ToldStream, data: FactRecorded, place: JournalPlace): void {
  told.recalled ??= new Map();
  told.recalled.set(factNameOf(data.message), factOf(data, place));
}

/** Later decisions need facts with parked lines and, up to TOLD_LINES_MAX, receipts and what was expected. */
function isDecidedOn({ lineCount }: ToldStream, { message: { type }, parked }: ToldFact): boolean {
  if (parked.length > 0) return true;
  return lineCount < TOLD_LINES_MAX && (type === 'stock.received' || type === 'stock.expected');
}
