import type { Instant } from '#kernel';

/** Versions behind `from`, up to and with `through`: some reader of a channel's feed was handed all of them. */
export interface Span {
  readonly from: number;
  readonly through: number;
}

export interface HandOut extends Span {
  readonly at: Instant;
}

/** Spans kept of a channel. Most have one: readers begin with every listing, or where one has ended. */
export const SPANS_MAX = 16;

/** All of them, in order, those that meet as one; where there are too many, the oldest are forgotten. */
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

/** The one that this version is in. */
export const spanOf = <Kind extends Span>(all: readonly Kind[], version: number): Kind | undefined =>
  all.find(({ from, through }) => from < version && version <= through);

export const isWithin = (all: readonly Span[], { from, through }: Span): boolean =>
  all.some((each) => each.from <= from && through <= each.through);
