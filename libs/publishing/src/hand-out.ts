import type { Instant } from '#kernel';

/** Versions after `from`, up to and including `through`, all of which one reader of a channel's feed was handed. */
export interface Span {
  readonly from: number;
  readonly through: number;
}

export interface HandOut extends Span {
  readonly at: Instant;
}

/** Spans kept for a channel. Most have one: readers begin with every listing, or where another has ended. */
export const SPANS_MAX = 16;

/** Adds a span to the others, in order, and joins those that touch. If there are too many, the oldest are dropped. */
export function joined<Kind extends Span>(all: readonly Kind[], more: Kind): readonly Kind[] {
  const apart = all.filter((each) => each.through < more.from || more.through < each.from);
  const meeting = all.filter((each) => !apart.includes(each));
  const one = {
    ...more,
    from: Math.min(more.from, ...meeting.map(({ from }) => from)),
    through: Math.max(more.through, ...meeting.map(({ through }) => through)),
  };
  return [...apart, one].sort((a, b) => a.from - b.from).slice(-SPANS_MAX);
}

/** The span that contains this version. */
export const spanOf = <Kind extends Span>(all: readonly Kind[], version: number): Kind | undefined =>
  all.find(({ from, through }) => from < version && version <= through);

export const isWithin = (all: readonly Span[], { from, through }: Span): boolean =>
  all.some((each) => each.from <= from && through <= each.through);
