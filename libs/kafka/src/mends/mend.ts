import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A module of kafkajs that it does not export, by its path below `src`. It fits the one version that is pinned. */
export const insideOf = <Inside>(place: string): Inside => require(`kafkajs/src/${place}`) as Inside;

/** Replaces one of kafkajs' own modules. Call it before the client has loaded what requires that module. */
export function replaceInside(place: string, exports: unknown): void {
  const file = `kafkajs/src/${place}`;
  require(file);
  require.cache[require.resolve(file)]!.exports = exports;
}

/** A mend changes the client for the whole process: it must be done only once. */
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

/** Wraps a method of one of kafkajs' classes. `around` gets the original method as its first argument. */
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
