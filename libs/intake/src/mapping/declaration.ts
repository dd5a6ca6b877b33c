import { nameHint, type Rejection } from '#inventory';
import { pointerStep, problem, shown } from '../problem.ts';
import { isPlainObject } from '../scalars/free-text.ts';

/** A part of a mapping's JSON, with its place, and the list to which its problems are added. */
export class Node {
  readonly value: unknown;
  readonly pointer: string;
  readonly problems: Rejection[];

  constructor(value: unknown, pointer: string, problems: Rejection[]) {
    this.value = value;
    this.pointer = pointer;
    this.problems = problems;
  }

  report(code: string, detail: string, hint?: string): undefined {
    this.problems.push(problem(code, this.pointer, detail, hint));
    return undefined;
  }

  /** True if it is an object; with `names`, one that has no other fields. */
  isObject(names?: readonly string[]): boolean {
    if (!isPlainObject(this.value)) {
      this.report('WRONG_TYPE', `The value is ${shown(this.value)}. Write an object.`);
      return false;
    }
    if (names === undefined) return true;
    const unknown = Object.keys(this.value).filter((name) => !names.includes(name));
    for (const name of unknown) {
      this.at(name).report(
        'UNKNOWN_FIELD',
        `${shown(name)} is not part of a mapping here. Leave it out.`,
        nameHint(name, names),
      );
    }
    return unknown.length === 0;
  }

  has(name: string): boolean {
    return isPlainObject(this.value) && this.value[name] !== undefined;
  }

  names(): readonly string[] {
    return isPlainObject(this.value) ? Object.keys(this.value) : [];
  }

  at(name: string): Node {
    const value = isPlainObject(this.value) ? this.value[name] : undefined;
    return new Node(value, this.pointer + pointerStep(name), this.problems);
  }

  /** A field that must be there. */
  needed(name: string): Node | undefined {
    if (this.has(name)) return this.at(name);
    return this.at(name).report('MISSING_FIELD', `${shown(name)} is missing here. Add it.`);
  }

  /** The elements of an array that is not empty. */
  items(): readonly Node[] {
    if (Array.isArray(this.value) && this.value.length > 0) {
      return this.value.map((value, index) => new Node(value, `${this.pointer}/${index}`, this.problems));
    }
    this.report('WRONG_TYPE', `The value is ${shown(this.value)}. Write an array with at least one element.`);
    return [];
  }

  text(): string | undefined {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    return this.report('WRONG_TYPE', `The value is ${shown(this.value)}. Write a text.`);
  }

  /** True or false; false where it is not there. */
  flag(name: string): boolean {
    const { value } = this.at(name);
    if (value === undefined || typeof value === 'boolean') return value === true;
    this.at(name).report('WRONG_TYPE', `The value is ${shown(value)}. Write true or false.`);
    return false;
  }

  oneOf<Allowed extends string>(allowed: readonly Allowed[]): Allowed | undefined {
    if (allowed.includes(this.value as Allowed)) return this.value as Allowed;
    const detail = `${shown(this.value)} is not a valid value. Write one of: ${allowed.join(', ')}.`;
    return this.report('VALUE_UNKNOWN', detail, nameHint(String(this.value), allowed));
  }
}

/** What is known while a mapping is compiled. */
export class Names {
  /** Every column that is named, in the order of its first naming: its index is its number. */
  readonly columns: string[] = [];

  column(name: string): number {
    const at = this.columns.indexOf(name);
    return at === -1 ? this.columns.push(name) - 1 : at;
  }
}

/** Names that reach into the insides of a JavaScript object, alone or as a step of a path. */
export const isForbiddenName = (name: string): boolean =>
  /(?:^|[.[\]'"])(?:__proto__|constructor|prototype)(?:$|[.[\]'"])/.test(name);
