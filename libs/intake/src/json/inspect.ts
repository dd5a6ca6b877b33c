import type { Rejection } from '#inventory';
import { NESTING_MAX, PROBLEMS_MAX } from '../limits.ts';
import { pointerStep, problem, shown } from '../problem.ts';

/** What a careful reading of a JSON text found. */
interface Inspection {
  readonly problems: readonly Rejection[];
  /** By JSON pointer, the text of each number that a double might not hold exactly. */
  readonly numbers: ReadonlyMap<string, string>;
  /** Index of the first character that is not JSON. */
  readonly brokenAt?: number;
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A string with its quotes: no bare control characters, only the escapes that JSON has. */
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
/** Longer runs of digits, and exponents, are checked by their text. */
const EXACT_DIGITS_MAX = 15;

/**
 * Reads a JSON text by its whole grammar, slowly, and reports with pointers what JSON.parse would silently accept. It accepts
 * exactly what JSON.parse accepts, and stops where that would fail, or at a nesting deeper than `nestingMax`.
 */
export const inspectJson = (text: string, nestingMax = NESTING_MAX): Inspection =>
  new Inspector(text, nestingMax).inspect();

/** Thrown inside only: the end of the grammar, and the end of the reading. */
class NotJson extends Error {}

class Inspector {
  readonly #text: string;
  readonly #problems: Rejection[] = [];
  readonly #numbers = new Map<string, string>();
  readonly #nestingMax: number;
  #at = 0;

  constructor(text: string, nestingMax: number) {
    this.#text = text;
    this.#nestingMax = nestingMax;
  }

  inspect(): Inspection {
    const found = { problems: this.#problems, numbers: this.#numbers };
    try {
      this.#value('', 0);
      if (this.#at < this.#text.length) throw new NotJson();
      return found;
    } catch (error) {
      if (!(error instanceof NotJson)) throw error;
      return { ...found, brokenAt: this.#at };
    }
  }

  #value(pointer: string, depth: number): void {
    this.#skipSpace();
    const character = this.#text[this.#at];
    if (character === '{') this.#object(pointer, depth + 1);
    else if (character === '[') this.#array(pointer, depth + 1);
    else if (character === '"') this.#take(STRING);
    else if (character === 't' || character === 'f' || character === 'n') this.#take(WORD);
    else this.#number(pointer);
    this.#skipSpace();
  }

  #object(pointer: string, depth: number): void {
    this.#checkDepth(pointer, depth);
    const keys = new Set<string>();
    this.#at++;
    this.#skipSpace();
    if (this.#next('}')) return;
    do {
      this.#skipSpace();
      const key = JSON.parse(this.#take(STRING)) as string;
      const place = pointer + pointerStep(key);
      this.#checkKey(key, place, keys);
      this.#skipSpace();
      if (!this.#next(':')) throw new NotJson();
      this.#value(place, depth);
    } while (this.#next(','));
    if (!this.#next('}')) throw new NotJson();
  }

  #array(pointer: string, depth: number): void {
    this.#checkDepth(pointer, depth);
    this.#at++;
    this.#skipSpace();
    if (this.#next(']')) return;
    let index = 0;
    do this.#value(`${pointer}/${index++}`, depth);
    while (this.#next(','));
    if (!this.#next(']')) throw new NotJson();
  }

  #number(pointer: string): void {
    const digits = this.#take(NUMBER);
    if (digits.replace(/[^\d]/g, '').length > EXACT_DIGITS_MAX || /e/i.test(digits)) {
      this.#numbers.set(pointer, digits);
    }
  }

  #checkKey(key: string, place: string, keys: Set<string>): void {
    if (FORBIDDEN_KEYS.has(key)) {
      this.#report(problem('FORBIDDEN_KEY', place, `The key ${shown(key)} is not allowed. Rename it.`));
    }
    if (keys.has(key)) {
      const detail = `The key ${shown(key)} appears twice in one object. Send it once.`;
      this.#report(problem('DUPLICATE_KEY', place, detail));
    }
    keys.add(key);
  }

  /** The scan has already refused what is too deep; this protects our own recursion. */
  #checkDepth(pointer: string, depth: number): void {
    if (depth <= this.#nestingMax) return;
    this.#report(tooDeep(pointer));
    throw new NotJson();
  }

  #report(found: Rejection): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(found);
  }

  #next(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new NotJson();
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)![0].length;
  }
}

export const tooDeep = (pointer: string): Rejection =>
  problem(
    'NESTING_TOO_DEEP',
    pointer,
    `Objects and arrays are nested more than ${NESTING_MAX} deep. Send a flatter structure.`,
  );
