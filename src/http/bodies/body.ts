import { type Field, fields, type Problems, readObject, type WireClass } from '#intake';
import { Refusal } from '../problem.ts';

/** A JSON object that comes in: its class with the rules of its fields, and what it looks like when it is right. */
export interface Body<Told> {
  readonly type: WireClass;
  readonly example: Told;
}

/** Gives a class its fields and an example. */
export function body<Told extends object>(
  type: WireClass,
  description: string,
  rules: { readonly [Name in keyof Required<Told>]: Field<undefined extends Told[Name] ? true : false> },
  example: Told,
): Body<Told> {
  fields.define<Told>(type, description, rules);
  return { type, example };
}

/** Reads a body of the class. Throws a Refusal with everything that is wrong with it. */
export function readTold<Told>({ type }: Body<Told>, bytes: Uint8Array | undefined): Told {
  const told = tryToRead<Told>(type, bytes ?? '');
  if ('problems' in told) throw new Refusal(told.problems);
  return told.value;
}

export function tryToRead<Told>(
  type: WireClass,
  bytes: Uint8Array | string,
): { readonly value: Told } | { readonly problems: Problems } {
  const reading = readObject(type, bytes);
  return 'problems' in reading ? reading : { value: reading.value as Told };
}
