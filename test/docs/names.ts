/** Fields whose values the service chooses, and a reader only hands back. */
const CHOSEN = new Set(['position', 'version', 'next']);
/** Of what goes to a webhook. */
const TOLD_ID = /^(availability|order)-\d+-/;

/**
 * A guide shows positions, versions and cursors as they were when it was written. Each stands for what the service
 * chose now: the same one always for the same, and a greater version for a greater one.
 */
export class Names {
  readonly #real: Map<unknown, unknown>;

  constructor(others?: Names) {
    this.#real = new Map(others?.real);
  }

  get real(): ReadonlyMap<unknown, unknown> {
    return this.#real;
  }

  /** What is expected of an answer, given what the guide shows of it. */
  expected(shown: unknown, real: unknown, name = ''): unknown {
    if (Array.isArray(shown)) {
      return shown.map((each, index) => this.expected(each, at(real, index), name));
    }
    if (typeof shown === 'object' && shown !== null) {
      return Object.fromEntries(
        Object.entries(shown).map(([key, each]) => [key, this.expected(each, at(real, key), key)]),
      );
    }
    const isChosen = CHOSEN.has(name) || (name === 'id' && TOLD_ID.test(String(shown)));
    return isChosen && shown !== null ? this.meant(shown, real) : shown;
  }

  /** Remembers what is shown for the first time; anything that cannot be is not what it stands for. */
  meant(shown: unknown, real: unknown): unknown {
    if (!this.#real.has(shown) && typeof real === typeof shown && this.#fits(shown, real)) {
      this.#real.set(shown, real);
    }
    return this.#real.get(shown) ?? shown;
  }

  /** A request as it has to be asked now. */
  inRequest(text: string): string {
    return text.replaceAll(/(?<=(after|atLeast|cursor)=|Last-Event-ID: )[^&/\s]+/gi, (shown) => {
      const real = this.#real.get(shown) ?? this.#real.get(Number(shown));
      return real === undefined ? shown : `${real as string | number}`;
    });
  }

  #fits(shown: unknown, real: unknown): boolean {
    return [...this.#real].every(([others, theirs]) =>
      typeof shown === 'number' && typeof others === 'number'
        ? shown > others === (real as number) > (theirs as number)
        : real !== theirs,
    );
  }
}

const at = (value: unknown, key: string | number): unknown =>
  (value as Record<string, unknown> | undefined)?.[key];
