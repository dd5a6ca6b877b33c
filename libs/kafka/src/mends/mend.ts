import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A part of kafkajs that it does not hand out, by its place below `src`: of the very version that is pinned. */
export const insideOf = <Inside>(place: string): Inside => require(`kafkajs/src/${place}`) as Inside;

/** Puts another module in the place of one of kafkajs' own; before the client has loaded it. */
export function replaceInside(place: string, exports: unknown): void {
  const file = `kafkajs/src/${place}`;
  require(file);
  require.cache[require.resolve(file)]!.exports = exports;
}

/** What mends the client is done once in a process, whoever asks first. */
export function once(mend: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    mend();
  };
}

type ArgsOf<Class, Name extends keyof Class> = Class[Name] extends (...args: infer Args) => unknown
  ? Args
  : never;
type AnswerOf<Class, Name extends keyof Class> = Class[Name] extends (...args: never[]) => infer Answer
  ? Answer
  : never;
type Method<Class, Name extends keyof Class> = (
  this: Class,
  ...args: ArgsOf<Class, Name>
) => AnswerOf<Class, Name>;

/** Puts a method around one of a class of kafkajs: the one that was there is what it is handed first. */
export function wrap<Class extends object, Name extends keyof Class>(
  prototype: Class,
  name: Name,
  around: (this: Class, before: Method<Class, Name>, ...args: ArgsOf<Class, Name>) => AnswerOf<Class, Name>,
): void {
  const before = prototype[name] as Method<Class, Name>;
  const method: Method<Class, Name> = function (...args) {
    return around.call(this, before, ...args);
  };
  Object.assign(prototype, { [name]: method });
}
