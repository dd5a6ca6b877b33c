import type { Rejection } from '../rejection.ts';

/** A refusal if what is asked under a known id differs from what was first asked under it. */
export function differs<Field extends string>(
  asked: Readonly<Partial<Record<Field, unknown>>>,
  first: Readonly<Partial<Record<Field, unknown>>>,
  content: readonly Field[],
): Rejection | undefined {
  if (content.every((field) => asked[field] === first[field])) return undefined;
  return {
    code: 'ID_REUSED_WITH_DIFFERENT_CONTENT',
    detail: 'This id was already used for a different request. Send a new request under a new id.',
  };
}
