import { Transform, type TransformFnParams } from 'class-transformer';
import { Matches, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';
import { isIP } from 'node:net';

/** Decorators for settings: each turns the text of the environment into its value and says what it expects. */

const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;
/** Kafka's own rule: a topic's name is part of the names of folders. */
const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;

export function WholeNumber(least: number, most: number): PropertyDecorator {
  const options = expects(`a whole number from ${least} to ${most}`);
  return each(
    Transform(textTo((text) => (/^\d{1,15}$/.test(text) ? Number(text) : text))),
    Min(least, options),
    Max(most, options),
  );
}

export const Flag = (): PropertyDecorator =>
  each(
    Transform(textTo((text) => (text === 'true' ? true : text === 'false' ? false : text))),
    rule('flag', 'true or false', (value) => typeof value === 'boolean'),
  );

/** A comma-separated list; spaces around its members are removed. */
export function ListOf(form: string, isMember: (text: string) => boolean): PropertyDecorator {
  return each(
    Transform(textTo((text) => text.split(',').map((member) => member.trim()))),
    rule('list', `a comma-separated list of ${form}`, (value) => isListOf(value, isMember)),
  );
}

export const OneOf = (...words: readonly string[]): PropertyDecorator =>
  rule('word', `one of ${words.join(', ')}`, (value) => words.includes(String(value)));

export const Host = (): PropertyDecorator => rule('host', 'a host name or an address', isHost);

export const Topic = (): PropertyDecorator => Matches(TOPIC, expects('a topic name'));

export const isTopic = (text: string): boolean => TOPIC.test(text);

/** `host:port`. */
export function isBroker(text: string): boolean {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  return colon > 0 && isHost(text.slice(0, colon)) && Number.isInteger(port) && port > 0 && port < 65_536;
}

/** True if only this machine can reach it. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || /^\[?::1\]?$/.test(host) || /^127(\.\d{1,3}){3}$/.test(host);

export function rule(name: string, form: string, holds: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({ name, validator: { validate: (value) => holds(value) } }, expects(form));
}

function isHost(value: unknown): boolean {
  const text = String(value);
  return isIP(text.replace(/^\[(.*)\]$/, '$1')) !== 0 || HOST_NAME.test(text);
}

const isListOf = (value: unknown, isMember: (text: string) => boolean): boolean =>
  Array.isArray(value) &&
  new Set(value).size === value.length &&
  value.every((member) => isMember(String(member)));

const expects = (form: string): ValidationOptions => ({ message: `must be ${form}` });

/** Only text is converted: a default already is a value. */
const textTo =
  (read: (text: string) => unknown) =>
  ({ value }: TransformFnParams): unknown =>
    typeof value === 'string' ? read(value.trim()) : value;

const each =
  (...decorators: readonly PropertyDecorator[]): PropertyDecorator =>
  (target, key) =>
    decorators.forEach((decorate) => decorate(target, key));
