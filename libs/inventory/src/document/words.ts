/** How much of a caller's own text is repeated to them. */
const SHOWN_CHARACTERS_MAX = 80;

/** A value in quotes for a `detail`, cut if it is long. */
export const shown = (value: string): string => `"${cut(value)}"`;

/** At most SHOWN_CHARACTERS_MAX characters of a text; none is cut in half. */
export function cut(value: string): string {
  if (value.length <= SHOWN_CHARACTERS_MAX) return value;
  const characters = [...value.slice(0, 2 * SHOWN_CHARACTERS_MAX + 1)]; // A character has two units at most.
  if (characters.length <= SHOWN_CHARACTERS_MAX) return value;
  return `${characters.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`;
}
