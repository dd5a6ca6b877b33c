/** How much of somebody's word is shown back to them. */
const SHOWN_CHARACTERS_MAX = 80;

/** A value in quotes for a `detail`, cut where it is long. */
export const shown = (value: string): string => `"${cut(value)}"`;

export function cut(value: string): string {
  const characters = value.length > SHOWN_CHARACTERS_MAX ? [...value] : undefined;
  if (characters === undefined || characters.length <= SHOWN_CHARACTERS_MAX) return value;
  return `${characters.slice(0, SHOWN_CHARACTERS_MAX).join('')}…`;
}
