import type { Names } from './declaration.ts';
import type { Evaluate, Value } from './row.ts';

/** The names that an expression may use. */
export interface Scope {
  readonly names: Names;
  /** The expressions that the mapping has named so far: one can only use those above it, so none uses itself. */
  readonly values: ReadonlyMap<string, Compiled>;
}

/** An expression, with the column its words come from and the constant it is, where it is one. */
export interface Compiled {
  readonly evaluate: Evaluate;
  readonly column?: number;
  readonly constant?: Value;
}

/** Where an expression's words come from: exactly one of these. */
export const SOURCES = ['column', 'const', 'value', 'join', 'if', 'table'] as const;
/** What is done with the words, in this order. */
export const STEPS = ['trim', 'upper', 'lower', 'default', 'optional', 'as', 'abs', 'negate'];
const PARTNERS = ['with', 'then', 'else', 'of', 'format', 'zone'];
export const EXPRESSION_NAMES: readonly string[] = [...SOURCES, ...STEPS, ...PARTNERS];
