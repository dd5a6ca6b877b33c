import { NESTING_MAX } from '../limits.ts';

/** Where one message is in a JSON text, and what a quick scan saw in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly tooDeep: boolean;
  /** True if it needs `inspect`: a key may be duplicate or forbidden, or a number may not fit a double. */
  readonly suspect: boolean;
}

interface Scan {
  readonly isArray: boolean;
  /** The elements of the outer array, or the one value. Right only if the text is JSON. */
  readonly spans: readonly Span[];
}

const QUOTE = 34;
const BACKSLASH = 92;
const COMMA = 44;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
/** The bit in which a curly bracket differs from a square one. */
const CURLY = 32;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

/** Keys of one object compared pairwise; an object with more gets the careful look at once. */
const KEYS_COMPARED_MAX = 64;
/** Any integer of so many digits is held exactly by a double. */
const EXACT_DIGITS_MAX = 15;

/** djb2 over UTF-16 code units: equal keys have equal hashes, and that is all that is needed. */
const hashOf = (key: string): number => {
  let hash = 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return hash;
};
const FORBIDDEN_HASHES = ['__proto__', 'constructor', 'prototype'].map(hashOf);

/** Scratch, per level: whether it is an object, and the hashes of its keys so far. A scan never waits. */
const isObject = new Uint8Array(NESTING_MAX + 1);
const keyCount = new Int32Array(NESTING_MAX + 1);
const hashes = new Int32Array((NESTING_MAX + 1) * KEYS_COMPARED_MAX);

/**
 * One quick pass over a JSON text, before JSON.parse: it finds where the messages are, measures their depth, and looks for
 * what JSON.parse would silently accept. It allocates nothing per key: keys are compared by hash, so it can only suspect
 * something, and `inspect` then makes sure. It does not check the grammar.
 */
class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #tooDeep = false;
  #suspect = false;
  #expectKey = false;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): Scan {
    this.#skipSpace();
    const isArray = this.#text.charCodeAt(this.#at) === OPEN_BRACKET;
    if (!isArray) return { isArray, spans: [this.#span(false)] };
    this.#at++;
    const spans: Span[] = [];
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) === CLOSE_BRACKET) return { isArray, spans };
    while (this.#at < this.#text.length) {
      spans.push(this.#span(true));
      if (this.#text.charCodeAt(this.#at++) !== COMMA) break;
    }
    return { isArray, spans };
  }

  #span(inArray: boolean): Span {
    this.#tooDeep = this.#suspect = false;
    this.#skipSpace();
    const start = this.#at;
    this.#value(inArray);
    return { start, end: this.#at, tooDeep: this.#tooDeep, suspect: this.#suspect };
  }

  /** Reads up to the end of the text, or to the `,` or `]` that ends an element of the outer array. */
  #value(inArray: boolean): void {
    const text = this.#text;
    this.#expectKey = false;
    this.#depth = 0;
    while (this.#at < text.length) {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) this.#keyOrString();
      else if (code >= DIGIT_0 && code <= DIGIT_9) this.#number();
      else if (code === COMMA || (code | CURLY) === OPEN_BRACE || (code | CURLY) === CLOSE_BRACE) {
        const isElementEnd = inArray && this.#depth === 0 && (code | CURLY) !== OPEN_BRACE;
        if (isElementEnd) return;
        this.#structure(code);
      } else this.#at++;
    }
  }

  #structure(code: number): void {
    this.#at++;
    if (code === COMMA) {
      this.#expectKey = this.#depth > 0 && this.#depth <= NESTING_MAX && isObject[this.#depth] === 1;
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      this.#open(code === OPEN_BRACE);
      this.#expectKey = code === OPEN_BRACE;
    } else {
      this.#depth--;
      this.#expectKey = false;
    }
  }

  #keyOrString(): void {
    if (this.#expectKey) this.#key();
    else this.#string();
    this.#expectKey = false;
  }

  #open(brace: boolean): void {
    this.#depth++;
    if (this.#depth > NESTING_MAX) {
      this.#tooDeep = true;
      return;
    }
    if (this.#depth < 1) return; // More was closed than opened: JSON.parse will say so.
    isObject[this.#depth] = brace ? 1 : 0;
    keyCount[this.#depth] = 0;
  }

  /** Reads a key and compares its hash with those of its object. An escape in a key is suspect by itself. */
  #key(): void {
    const text = this.#text;
    let hash = 0;
    let at = this.#at + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        this.#suspect = true;
        return this.#string();
      }
      hash = (Math.imul(hash, 31) + code) | 0;
    }
    this.#at = at + 1;
    if (this.#depth <= NESTING_MAX) this.#compare(hash);
  }

  #compare(hash: number): void {
    if (hash === FORBIDDEN_HASHES[0] || hash === FORBIDDEN_HASHES[1] || hash === FORBIDDEN_HASHES[2]) {
      this.#suspect = true;
    }
    const count = keyCount[this.#depth]!;
    if (count === KEYS_COMPARED_MAX) {
      this.#suspect = true;
      return;
    }
    const first = this.#depth * KEYS_COMPARED_MAX;
    for (let i = first; i < first + count; i++) if (hashes[i] === hash) this.#suspect = true;
    hashes[first + count] = hash;
    keyCount[this.#depth] = count + 1;
  }

  /** Jumps to after the closing quote. */
  #string(): void {
    const text = this.#text;
    let close = text.indexOf('"', this.#at + 1);
    while (close !== -1 && isEscaped(text, close)) close = text.indexOf('"', close + 1);
    this.#at = close === -1 ? text.length : close + 1;
  }

  #number(): void {
    const text = this.#text;
    let digits = 0;
    for (; this.#at < text.length; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (code >= DIGIT_0 && code <= DIGIT_9) digits++;
      else if (code === 101 || code === 69)
        this.#suspect = true; // e, E
      else if (code !== 46) break;
    }
    if (digits > EXACT_DIGITS_MAX) this.#suspect = true;
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && this.#text.charCodeAt(this.#at) <= 32) this.#at++;
  }
}

/** True if an odd number of backslashes is before the quote: then it belongs to the string. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === BACKSLASH) before--;
  return (quote - before) % 2 === 0;
}

export const scanJson = (text: string): Scan => new Scanner(text).scan();
